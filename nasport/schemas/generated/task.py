# Generated from task.schema.json by `python -m nasport.schemas.generate`.
VERSION = '2.22.3'
from decimal import Decimal
from fastjsonschema import JsonSchemaValueException, JsonSchemaValuesException
NoneType = type(None)

def validate_urn_nasport_task_1(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['format', 'version', 'name', 'stages']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'format' in data_keys:
            data_keys.remove('format')
            data__format = data['format']
            if not (isinstance(data__format, str) and data__format == 'nasport-task'):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.format must be same as const definition: nasport-task', value=data__format, name='' + (name_prefix or 'data') + '.format', rule='const')
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
        if 'name' in data_keys:
            data_keys.remove('name')
            data__name = data['name']
            if not isinstance(data__name, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.name must be string', value=data__name, name='' + (name_prefix or 'data') + '.name', rule='type')
            if isinstance(data__name, str):
                data__name_len = len(data__name)
                if data__name_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.name must be longer than or equal to 1 characters', value=data__name, name='' + (name_prefix or 'data') + '.name', rule='minLength')
                if data__name_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.name must be shorter than or equal to 100 characters', value=data__name, name='' + (name_prefix or 'data') + '.name', rule='maxLength')
        if 'description' in data_keys:
            data_keys.remove('description')
            data__description = data['description']
            if not isinstance(data__description, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.description must be string', value=data__description, name='' + (name_prefix or 'data') + '.description', rule='type')
            if isinstance(data__description, str):
                data__description_len = len(data__description)
                if data__description_len > 10000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.description must be shorter than or equal to 10000 characters', value=data__description, name='' + (name_prefix or 'data') + '.description', rule='maxLength')
        if 'batch_size' in data_keys:
            data_keys.remove('batch_size')
            data__batchsize = data['batch_size']
            if not isinstance(data__batchsize, int) and (not (isinstance(data__batchsize, float) and data__batchsize.is_integer())) or isinstance(data__batchsize, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.batch_size must be integer', value=data__batchsize, name='' + (name_prefix or 'data') + '.batch_size', rule='type')
            if isinstance(data__batchsize, (int, float, Decimal)) and (not isinstance(data__batchsize, bool)):
                if data__batchsize < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.batch_size must be bigger than or equal to 1', value=data__batchsize, name='' + (name_prefix or 'data') + '.batch_size', rule='minimum')
                if data__batchsize > 65536:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.batch_size must be smaller than or equal to 65536', value=data__batchsize, name='' + (name_prefix or 'data') + '.batch_size', rule='maximum')
        if 'noise' in data_keys:
            data_keys.remove('noise')
            data__noise = data['noise']
            if not isinstance(data__noise, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.noise must be object', value=data__noise, name='' + (name_prefix or 'data') + '.noise', rule='type')
            data__noise_is_dict = isinstance(data__noise, dict)
            if data__noise_is_dict:
                data__noise__missing_keys = set(['level']) - data__noise.keys()
                if data__noise__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.noise must contain ' + (str(sorted(data__noise__missing_keys)) + ' properties'), value=data__noise, name='' + (name_prefix or 'data') + '.noise', rule='required')
                data__noise_keys = list(data__noise)
                if 'distribution' in data__noise_keys:
                    data__noise_keys.remove('distribution')
                    data__noise__distribution = data__noise['distribution']
                    if not (isinstance(data__noise__distribution, str) and data__noise__distribution == 'uniform' or (isinstance(data__noise__distribution, str) and data__noise__distribution == 'gaussian')):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + ".noise.distribution must be one of ['uniform', 'gaussian']", value=data__noise__distribution, name='' + (name_prefix or 'data') + '.noise.distribution', rule='enum')
                if 'level' in data__noise_keys:
                    data__noise_keys.remove('level')
                    data__noise__level = data__noise['level']
                    if not isinstance(data__noise__level, (int, float, Decimal)) or isinstance(data__noise__level, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.noise.level must be number', value=data__noise__level, name='' + (name_prefix or 'data') + '.noise.level', rule='type')
                    if isinstance(data__noise__level, (int, float, Decimal)) and (not isinstance(data__noise__level, bool)):
                        if data__noise__level < 0:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.noise.level must be bigger than or equal to 0', value=data__noise__level, name='' + (name_prefix or 'data') + '.noise.level', rule='minimum')
                        if data__noise__level > 100:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.noise.level must be smaller than or equal to 100', value=data__noise__level, name='' + (name_prefix or 'data') + '.noise.level', rule='maximum')
                if data__noise_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.noise must not contain ' + str(data__noise_keys) + ' properties', value=data__noise, name='' + (name_prefix or 'data') + '.noise', rule='additionalProperties')
        if 'output_size' in data_keys:
            data_keys.remove('output_size')
            data__outputsize = data['output_size']
            if not isinstance(data__outputsize, int) and (not (isinstance(data__outputsize, float) and data__outputsize.is_integer())) or isinstance(data__outputsize, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.output_size must be integer', value=data__outputsize, name='' + (name_prefix or 'data') + '.output_size', rule='type')
            if isinstance(data__outputsize, (int, float, Decimal)) and (not isinstance(data__outputsize, bool)):
                if data__outputsize < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.output_size must be bigger than or equal to 1', value=data__outputsize, name='' + (name_prefix or 'data') + '.output_size', rule='minimum')
                if data__outputsize > 128:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.output_size must be smaller than or equal to 128', value=data__outputsize, name='' + (name_prefix or 'data') + '.output_size', rule='maximum')
        if 'length' in data_keys:
            data_keys.remove('length')
            data__length = data['length']
            if not isinstance(data__length, int) and (not (isinstance(data__length, float) and data__length.is_integer())) or isinstance(data__length, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length must be integer', value=data__length, name='' + (name_prefix or 'data') + '.length', rule='type')
            if isinstance(data__length, (int, float, Decimal)) and (not isinstance(data__length, bool)):
                if data__length < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length must be bigger than or equal to 1', value=data__length, name='' + (name_prefix or 'data') + '.length', rule='minimum')
                if data__length > 4096:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length must be smaller than or equal to 4096', value=data__length, name='' + (name_prefix or 'data') + '.length', rule='maximum')
        if 'dimension' in data_keys:
            data_keys.remove('dimension')
            data__dimension = data['dimension']
            if not isinstance(data__dimension, int) and (not (isinstance(data__dimension, float) and data__dimension.is_integer())) or isinstance(data__dimension, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dimension must be integer', value=data__dimension, name='' + (name_prefix or 'data') + '.dimension', rule='type')
            if isinstance(data__dimension, (int, float, Decimal)) and (not isinstance(data__dimension, bool)):
                if data__dimension < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dimension must be bigger than or equal to 1', value=data__dimension, name='' + (name_prefix or 'data') + '.dimension', rule='minimum')
                if data__dimension > 4096:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dimension must be smaller than or equal to 4096', value=data__dimension, name='' + (name_prefix or 'data') + '.dimension', rule='maximum')
        if 'loss_weights' in data_keys:
            data_keys.remove('loss_weights')
            data__lossweights = data['loss_weights']
            if not isinstance(data__lossweights, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.loss_weights must be array', value=data__lossweights, name='' + (name_prefix or 'data') + '.loss_weights', rule='type')
            data__lossweights_is_list = isinstance(data__lossweights, (list, tuple))
            if data__lossweights_is_list:
                data__lossweights_len = len(data__lossweights)
                if data__lossweights_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.loss_weights must contain at least 1 items', value=data__lossweights, name='' + (name_prefix or 'data') + '.loss_weights', rule='minItems')
                if data__lossweights_len > 16:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.loss_weights must contain less than or equal to 16 items', value=data__lossweights, name='' + (name_prefix or 'data') + '.loss_weights', rule='maxItems')
                for data__lossweights_x, data__lossweights_item in enumerate(data__lossweights):
                    if not isinstance(data__lossweights_item, (int, float, Decimal)) or isinstance(data__lossweights_item, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.loss_weights[{data__lossweights_x}]'.format(**locals()) + ' must be number', value=data__lossweights_item, name='' + (name_prefix or 'data') + '.loss_weights[{data__lossweights_x}]'.format(**locals()) + '', rule='type')
                    if isinstance(data__lossweights_item, (int, float, Decimal)) and (not isinstance(data__lossweights_item, bool)):
                        if data__lossweights_item < 0:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.loss_weights[{data__lossweights_x}]'.format(**locals()) + ' must be bigger than or equal to 0', value=data__lossweights_item, name='' + (name_prefix or 'data') + '.loss_weights[{data__lossweights_x}]'.format(**locals()) + '', rule='minimum')
                        if data__lossweights_item > 1000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.loss_weights[{data__lossweights_x}]'.format(**locals()) + ' must be smaller than or equal to 1000', value=data__lossweights_item, name='' + (name_prefix or 'data') + '.loss_weights[{data__lossweights_x}]'.format(**locals()) + '', rule='maximum')
        if 'stages' in data_keys:
            data_keys.remove('stages')
            data__stages = data['stages']
            if not isinstance(data__stages, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages must be array', value=data__stages, name='' + (name_prefix or 'data') + '.stages', rule='type')
            data__stages_is_list = isinstance(data__stages, (list, tuple))
            if data__stages_is_list:
                data__stages_len = len(data__stages)
                if data__stages_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages must contain at least 1 items', value=data__stages, name='' + (name_prefix or 'data') + '.stages', rule='minItems')
                if data__stages_len > 16:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages must contain less than or equal to 16 items', value=data__stages, name='' + (name_prefix or 'data') + '.stages', rule='maxItems')
                for data__stages_x, data__stages_item in enumerate(data__stages):
                    validate___definitions_stage(data__stages_item, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}]'.format(**locals()))
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_stage(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = list(data)
        if 'role' in data_keys:
            data_keys.remove('role')
            data__role = data['role']
            if not (isinstance(data__role, str) and data__role == 'input' or (isinstance(data__role, str) and data__role == 'target')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".role must be one of ['input', 'target']", value=data__role, name='' + (name_prefix or 'data') + '.role', rule='enum')
        if 'channels' in data_keys:
            data_keys.remove('channels')
            data__channels = data['channels']
            if not isinstance(data__channels, int) and (not (isinstance(data__channels, float) and data__channels.is_integer())) or isinstance(data__channels, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be integer', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='type')
            if isinstance(data__channels, (int, float, Decimal)) and (not isinstance(data__channels, bool)):
                if data__channels < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be bigger than or equal to 1', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='minimum')
                if data__channels > 8192:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be smaller than or equal to 8192', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='maximum')
        if 'signals' in data_keys:
            data_keys.remove('signals')
            data__signals = data['signals']
            if not isinstance(data__signals, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.signals must be object', value=data__signals, name='' + (name_prefix or 'data') + '.signals', rule='type')
            data__signals_is_dict = isinstance(data__signals, dict)
            if data__signals_is_dict:
                data__signals_keys = list(data__signals)
                if 'sin1d' in data__signals_keys:
                    data__signals_keys.remove('sin1d')
                    data__signals__sin1d = data__signals['sin1d']
                    validate___definitions_wave(data__signals__sin1d, custom_formats, (name_prefix or 'data') + '.signals.sin1d')
                if 'sin2d' in data__signals_keys:
                    data__signals_keys.remove('sin2d')
                    data__signals__sin2d = data__signals['sin2d']
                    validate___definitions_wave(data__signals__sin2d, custom_formats, (name_prefix or 'data') + '.signals.sin2d')
                if 'dot' in data__signals_keys:
                    data__signals_keys.remove('dot')
                    data__signals__dot = data__signals['dot']
                    validate___definitions_dots(data__signals__dot, custom_formats, (name_prefix or 'data') + '.signals.dot')
                if 'gdot' in data__signals_keys:
                    data__signals_keys.remove('gdot')
                    data__signals__gdot = data__signals['gdot']
                    validate___definitions_dots(data__signals__gdot, custom_formats, (name_prefix or 'data') + '.signals.gdot')
                if 'resize' in data__signals_keys:
                    data__signals_keys.remove('resize')
                    data__signals__resize = data__signals['resize']
                    if not isinstance(data__signals__resize, dict):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.signals.resize must be object', value=data__signals__resize, name='' + (name_prefix or 'data') + '.signals.resize', rule='type')
                    data__signals__resize_is_dict = isinstance(data__signals__resize, dict)
                    if data__signals__resize_is_dict:
                        data__signals__resize_keys = list(data__signals__resize)
                        if 'amplitude' in data__signals__resize_keys:
                            data__signals__resize_keys.remove('amplitude')
                            data__signals__resize__amplitude = data__signals__resize['amplitude']
                            validate___definitions_amplitude(data__signals__resize__amplitude, custom_formats, (name_prefix or 'data') + '.signals.resize.amplitude')
                        if data__signals__resize_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.signals.resize must not contain ' + str(data__signals__resize_keys) + ' properties', value=data__signals__resize, name='' + (name_prefix or 'data') + '.signals.resize', rule='additionalProperties')
                if 'zero' in data__signals_keys:
                    data__signals_keys.remove('zero')
                    data__signals__zero = data__signals['zero']
                    if not isinstance(data__signals__zero, dict):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.signals.zero must be object', value=data__signals__zero, name='' + (name_prefix or 'data') + '.signals.zero', rule='type')
                    data__signals__zero_is_dict = isinstance(data__signals__zero, dict)
                    if data__signals__zero_is_dict:
                        data__signals__zero_keys = list(data__signals__zero)
                        if data__signals__zero_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.signals.zero must not contain ' + str(data__signals__zero_keys) + ' properties', value=data__signals__zero, name='' + (name_prefix or 'data') + '.signals.zero', rule='additionalProperties')
                if data__signals_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.signals must not contain ' + str(data__signals_keys) + ' properties', value=data__signals, name='' + (name_prefix or 'data') + '.signals', rule='additionalProperties')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_amplitude(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, (int, float, Decimal)) or isinstance(data, bool):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be number', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    if isinstance(data, (int, float, Decimal)) and (not isinstance(data, bool)):
        if data > 1000:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be smaller than or equal to 1000', value=data, name='' + (name_prefix or 'data') + '', rule='maximum')
        if data <= 0:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be bigger than 0', value=data, name='' + (name_prefix or 'data') + '', rule='exclusiveMinimum')
    return data

def validate___definitions_dots(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['fraction']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'amplitude' in data_keys:
            data_keys.remove('amplitude')
            data__amplitude = data['amplitude']
            validate___definitions_amplitude(data__amplitude, custom_formats, (name_prefix or 'data') + '.amplitude')
        if 'fraction' in data_keys:
            data_keys.remove('fraction')
            data__fraction = data['fraction']
            if not isinstance(data__fraction, (int, float, Decimal)) or isinstance(data__fraction, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.fraction must be number', value=data__fraction, name='' + (name_prefix or 'data') + '.fraction', rule='type')
            if isinstance(data__fraction, (int, float, Decimal)) and (not isinstance(data__fraction, bool)):
                if data__fraction > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.fraction must be smaller than or equal to 1', value=data__fraction, name='' + (name_prefix or 'data') + '.fraction', rule='maximum')
                if data__fraction <= 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.fraction must be bigger than 0', value=data__fraction, name='' + (name_prefix or 'data') + '.fraction', rule='exclusiveMinimum')
        if 'per_image' in data_keys:
            data_keys.remove('per_image')
            data__perimage = data['per_image']
            validate___definitions_per_image(data__perimage, custom_formats, (name_prefix or 'data') + '.per_image')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_per_image(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, bool):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be boolean', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    return data

def validate___definitions_wave(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['frequencies']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'amplitude' in data_keys:
            data_keys.remove('amplitude')
            data__amplitude = data['amplitude']
            validate___definitions_amplitude(data__amplitude, custom_formats, (name_prefix or 'data') + '.amplitude')
        if 'frequencies' in data_keys:
            data_keys.remove('frequencies')
            data__frequencies = data['frequencies']
            if not isinstance(data__frequencies, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frequencies must be array', value=data__frequencies, name='' + (name_prefix or 'data') + '.frequencies', rule='type')
            data__frequencies_is_list = isinstance(data__frequencies, (list, tuple))
            if data__frequencies_is_list:
                data__frequencies_len = len(data__frequencies)
                if data__frequencies_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frequencies must contain at least 1 items', value=data__frequencies, name='' + (name_prefix or 'data') + '.frequencies', rule='minItems')
                if data__frequencies_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frequencies must contain less than or equal to 100 items', value=data__frequencies, name='' + (name_prefix or 'data') + '.frequencies', rule='maxItems')
                for data__frequencies_x, data__frequencies_item in enumerate(data__frequencies):
                    if not isinstance(data__frequencies_item, (int, float, Decimal)) or isinstance(data__frequencies_item, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frequencies[{data__frequencies_x}]'.format(**locals()) + ' must be number', value=data__frequencies_item, name='' + (name_prefix or 'data') + '.frequencies[{data__frequencies_x}]'.format(**locals()) + '', rule='type')
                    if isinstance(data__frequencies_item, (int, float, Decimal)) and (not isinstance(data__frequencies_item, bool)):
                        if data__frequencies_item < 0:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frequencies[{data__frequencies_x}]'.format(**locals()) + ' must be bigger than or equal to 0', value=data__frequencies_item, name='' + (name_prefix or 'data') + '.frequencies[{data__frequencies_x}]'.format(**locals()) + '', rule='minimum')
                        if data__frequencies_item > 0.5:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frequencies[{data__frequencies_x}]'.format(**locals()) + ' must be smaller than or equal to 0.5', value=data__frequencies_item, name='' + (name_prefix or 'data') + '.frequencies[{data__frequencies_x}]'.format(**locals()) + '', rule='maximum')
        if 'per_image' in data_keys:
            data_keys.remove('per_image')
            data__perimage = data['per_image']
            validate___definitions_per_image(data__perimage, custom_formats, (name_prefix or 'data') + '.per_image')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

validate_task = validate_urn_nasport_task_1
