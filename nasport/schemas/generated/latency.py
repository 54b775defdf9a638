# Generated from latency.schema.json by `python -m nasport.schemas.generate`.
VERSION = '2.22.3'
from decimal import Decimal
from fastjsonschema import JsonSchemaValueException, JsonSchemaValuesException
NoneType = type(None)

def validate_urn_nasport_latency_1(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['format', 'version']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'format' in data_keys:
            data_keys.remove('format')
            data__format = data['format']
            if not (isinstance(data__format, str) and data__format == 'nasport-latency'):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.format must be same as const definition: nasport-latency', value=data__format, name='' + (name_prefix or 'data') + '.format', rule='const')
        if 'version' in data_keys:
            data_keys.remove('version')
            data__version = data['version']
            if not (isinstance(data__version, (int, float)) and (not isinstance(data__version, bool)) and (data__version == 1)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.version must be same as const definition: 1', value=data__version, name='' + (name_prefix or 'data') + '.version', rule='const')
        if '$schema' in data_keys:
            data_keys.remove('$schema')
            data__schema = data['$schema']
            if not isinstance(data__schema, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.$schema must be string', value=data__schema, name='' + (name_prefix or 'data') + '.$schema', rule='type')
            if isinstance(data__schema, str):
                data__schema_len = len(data__schema)
                if data__schema_len > 2000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.$schema must be shorter than or equal to 2000 characters', value=data__schema, name='' + (name_prefix or 'data') + '.$schema', rule='maxLength')
        if 'unit' in data_keys:
            data_keys.remove('unit')
            data__unit = data['unit']
            if not isinstance(data__unit, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.unit must be string', value=data__unit, name='' + (name_prefix or 'data') + '.unit', rule='type')
            if isinstance(data__unit, str):
                data__unit_len = len(data__unit)
                if data__unit_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.unit must be longer than or equal to 1 characters', value=data__unit, name='' + (name_prefix or 'data') + '.unit', rule='minLength')
                if data__unit_len > 20:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.unit must be shorter than or equal to 20 characters', value=data__unit, name='' + (name_prefix or 'data') + '.unit', rule='maxLength')
        if 'device' in data_keys:
            data_keys.remove('device')
            data__device = data['device']
            if not isinstance(data__device, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.device must be string', value=data__device, name='' + (name_prefix or 'data') + '.device', rule='type')
            if isinstance(data__device, str):
                data__device_len = len(data__device)
                if data__device_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.device must be shorter than or equal to 200 characters', value=data__device, name='' + (name_prefix or 'data') + '.device', rule='maxLength')
        if 'operators' in data_keys:
            data_keys.remove('operators')
            data__operators = data['operators']
            if not isinstance(data__operators, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must be object', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='type')
            data__operators_is_dict = isinstance(data__operators, dict)
            if data__operators_is_dict:
                data__operators_len = len(data__operators)
                if data__operators_len > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must contain less than or equal to 1000 properties', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='maxProperties')
                data__operators_keys = list(data__operators)
                for data__operators_key in data__operators_keys:
                    if data__operators_key not in []:
                        data__operators_value = data__operators.get(data__operators_key)
                        if not isinstance(data__operators_value, (int, float, Decimal)) or isinstance(data__operators_value, bool):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators.{data__operators_key}'.format(**locals()) + ' must be number', value=data__operators_value, name='' + (name_prefix or 'data') + '.operators.{data__operators_key}'.format(**locals()) + '', rule='type')
                        if isinstance(data__operators_value, (int, float, Decimal)) and (not isinstance(data__operators_value, bool)):
                            if data__operators_value < 0:
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators.{data__operators_key}'.format(**locals()) + ' must be bigger than or equal to 0', value=data__operators_value, name='' + (name_prefix or 'data') + '.operators.{data__operators_key}'.format(**locals()) + '', rule='minimum')
        if 'layers' in data_keys:
            data_keys.remove('layers')
            data__layers = data['layers']
            if not isinstance(data__layers, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.layers must be array', value=data__layers, name='' + (name_prefix or 'data') + '.layers', rule='type')
            data__layers_is_list = isinstance(data__layers, (list, tuple))
            if data__layers_is_list:
                data__layers_len = len(data__layers)
                if data__layers_len > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.layers must contain less than or equal to 100000 items', value=data__layers, name='' + (name_prefix or 'data') + '.layers', rule='maxItems')
                for data__layers_x, data__layers_item in enumerate(data__layers):
                    validate___definitions_layer(data__layers_item, custom_formats, (name_prefix or 'data') + '.layers[{data__layers_x}]'.format(**locals()))
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_layer(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['op', 'width', 'latency']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'op' in data_keys:
            data_keys.remove('op')
            data__op = data['op']
            if not isinstance(data__op, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.op must be string', value=data__op, name='' + (name_prefix or 'data') + '.op', rule='type')
            if isinstance(data__op, str):
                data__op_len = len(data__op)
                if data__op_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.op must be longer than or equal to 1 characters', value=data__op, name='' + (name_prefix or 'data') + '.op', rule='minLength')
                if data__op_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.op must be shorter than or equal to 200 characters', value=data__op, name='' + (name_prefix or 'data') + '.op', rule='maxLength')
        if 'width' in data_keys:
            data_keys.remove('width')
            data__width = data['width']
            if not isinstance(data__width, int) and (not (isinstance(data__width, float) and data__width.is_integer())) or isinstance(data__width, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width must be integer', value=data__width, name='' + (name_prefix or 'data') + '.width', rule='type')
            if isinstance(data__width, (int, float, Decimal)) and (not isinstance(data__width, bool)):
                if data__width < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width must be bigger than or equal to 1', value=data__width, name='' + (name_prefix or 'data') + '.width', rule='minimum')
                if data__width > 1000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width must be smaller than or equal to 1000000', value=data__width, name='' + (name_prefix or 'data') + '.width', rule='maximum')
        if 'resolution' in data_keys:
            data_keys.remove('resolution')
            data__resolution = data['resolution']
            if not isinstance(data__resolution, int) and (not (isinstance(data__resolution, float) and data__resolution.is_integer())) or isinstance(data__resolution, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be integer', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='type')
            if isinstance(data__resolution, (int, float, Decimal)) and (not isinstance(data__resolution, bool)):
                if data__resolution < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be bigger than or equal to 1', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='minimum')
                if data__resolution > 1000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be smaller than or equal to 1000000', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='maximum')
        if 'stride' in data_keys:
            data_keys.remove('stride')
            data__stride = data['stride']
            if not isinstance(data__stride, int) and (not (isinstance(data__stride, float) and data__stride.is_integer())) or isinstance(data__stride, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be integer', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='type')
            if isinstance(data__stride, (int, float, Decimal)) and (not isinstance(data__stride, bool)):
                if data__stride < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be bigger than or equal to 1', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='minimum')
                if data__stride > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be smaller than or equal to 1000', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='maximum')
        if 'latency' in data_keys:
            data_keys.remove('latency')
            data__latency = data['latency']
            if not isinstance(data__latency, (int, float, Decimal)) or isinstance(data__latency, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.latency must be number', value=data__latency, name='' + (name_prefix or 'data') + '.latency', rule='type')
            if isinstance(data__latency, (int, float, Decimal)) and (not isinstance(data__latency, bool)):
                if data__latency < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.latency must be bigger than or equal to 0', value=data__latency, name='' + (name_prefix or 'data') + '.latency', rule='minimum')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

validate_latency = validate_urn_nasport_latency_1
