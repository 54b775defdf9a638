# Generated from bundle.schema.json by `python -m nasport.schemas.generate`.
VERSION = '2.22.3'
from decimal import Decimal
import re
from fastjsonschema import JsonSchemaValueException, JsonSchemaValuesException
REGEX_PATTERNS = {'^[0-9a-f]{64}$': re.compile('^[0-9a-f]{64}\\Z'), '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$': re.compile('^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\\Z')}
NoneType = type(None)

def validate_urn_nasport_bundle_1(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['format', 'version', 'kind', 'name', 'files', 'inputs', 'outputs']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'format' in data_keys:
            data_keys.remove('format')
            data__format = data['format']
            if not (isinstance(data__format, str) and data__format == 'nasport-bundle'):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.format must be same as const definition: nasport-bundle', value=data__format, name='' + (name_prefix or 'data') + '.format', rule='const')
        if 'version' in data_keys:
            data_keys.remove('version')
            data__version = data['version']
            if not (isinstance(data__version, (int, float)) and (not isinstance(data__version, bool)) and (data__version == 1)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.version must be same as const definition: 1', value=data__version, name='' + (name_prefix or 'data') + '.version', rule='const')
        if 'kind' in data_keys:
            data_keys.remove('kind')
            data__kind = data['kind']
            if not (isinstance(data__kind, str) and data__kind == 'predictor' or (isinstance(data__kind, str) and data__kind == 'encoder')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".kind must be one of ['predictor', 'encoder']", value=data__kind, name='' + (name_prefix or 'data') + '.kind', rule='enum')
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
        if 'license' in data_keys:
            data_keys.remove('license')
            data__license = data['license']
            if not isinstance(data__license, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.license must be string', value=data__license, name='' + (name_prefix or 'data') + '.license', rule='type')
        if 'files' in data_keys:
            data_keys.remove('files')
            data__files = data['files']
            if not isinstance(data__files, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files must be object', value=data__files, name='' + (name_prefix or 'data') + '.files', rule='type')
            data__files_is_dict = isinstance(data__files, dict)
            if data__files_is_dict:
                data__files_keys = list(data__files)
                for data__files_key in data__files_keys:
                    if data__files_key not in []:
                        data__files_value = data__files.get(data__files_key)
                        if not isinstance(data__files_value, dict):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files.{data__files_key}'.format(**locals()) + ' must be object', value=data__files_value, name='' + (name_prefix or 'data') + '.files.{data__files_key}'.format(**locals()) + '', rule='type')
                        data__files_value_is_dict = isinstance(data__files_value, dict)
                        if data__files_value_is_dict:
                            data__files_value__missing_keys = set(['sha256']) - data__files_value.keys()
                            if data__files_value__missing_keys:
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files.{data__files_key}'.format(**locals()) + ' must contain ' + (str(sorted(data__files_value__missing_keys)) + ' properties'), value=data__files_value, name='' + (name_prefix or 'data') + '.files.{data__files_key}'.format(**locals()) + '', rule='required')
                            data__files_value_keys = list(data__files_value)
                            if 'sha256' in data__files_value_keys:
                                data__files_value_keys.remove('sha256')
                                data__files_value__sha256 = data__files_value['sha256']
                                if not isinstance(data__files_value__sha256, str):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files.{data__files_key}.sha256'.format(**locals()) + ' must be string', value=data__files_value__sha256, name='' + (name_prefix or 'data') + '.files.{data__files_key}.sha256'.format(**locals()) + '', rule='type')
                                if isinstance(data__files_value__sha256, str):
                                    if not REGEX_PATTERNS['^[0-9a-f]{64}$'].search(data__files_value__sha256):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files.{data__files_key}.sha256'.format(**locals()) + ' must match pattern ^[0-9a-f]{64}$', value=data__files_value__sha256, name='' + (name_prefix or 'data') + '.files.{data__files_key}.sha256'.format(**locals()) + '', rule='pattern')
                            if 'bytes' in data__files_value_keys:
                                data__files_value_keys.remove('bytes')
                                data__files_value__bytes = data__files_value['bytes']
                                if not isinstance(data__files_value__bytes, int) and (not (isinstance(data__files_value__bytes, float) and data__files_value__bytes.is_integer())) or isinstance(data__files_value__bytes, bool):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files.{data__files_key}.bytes'.format(**locals()) + ' must be integer', value=data__files_value__bytes, name='' + (name_prefix or 'data') + '.files.{data__files_key}.bytes'.format(**locals()) + '', rule='type')
                                if isinstance(data__files_value__bytes, (int, float, Decimal)) and (not isinstance(data__files_value__bytes, bool)):
                                    if data__files_value__bytes < 0:
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files.{data__files_key}.bytes'.format(**locals()) + ' must be bigger than or equal to 0', value=data__files_value__bytes, name='' + (name_prefix or 'data') + '.files.{data__files_key}.bytes'.format(**locals()) + '', rule='minimum')
                data__files_len = len(data__files)
                if data__files_len != 0:
                    data__files_property_names = True
                    for data__files_key in data__files:
                        try:
                            if isinstance(data__files_key, str):
                                if not REGEX_PATTERNS['^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'].search(data__files_key):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files must match pattern ^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$', value=data__files_key, name='' + (name_prefix or 'data') + '.files', rule='pattern')
                        except (JsonSchemaValueException, JsonSchemaValuesException):
                            data__files_property_names = False
                    if not data__files_property_names:
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.files must be named by propertyName definition', value=data__files, name='' + (name_prefix or 'data') + '.files', rule='propertyNames')
        if 'encoder' in data_keys:
            data_keys.remove('encoder')
            data__encoder = data['encoder']
            if not isinstance(data__encoder, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.encoder must be object', value=data__encoder, name='' + (name_prefix or 'data') + '.encoder', rule='type')
            data__encoder_is_dict = isinstance(data__encoder, dict)
            if data__encoder_is_dict:
                data__encoder__missing_keys = set(['name', 'sha256']) - data__encoder.keys()
                if data__encoder__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.encoder must contain ' + (str(sorted(data__encoder__missing_keys)) + ' properties'), value=data__encoder, name='' + (name_prefix or 'data') + '.encoder', rule='required')
                data__encoder_keys = list(data__encoder)
                if 'name' in data__encoder_keys:
                    data__encoder_keys.remove('name')
                    data__encoder__name = data__encoder['name']
                    if not isinstance(data__encoder__name, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.encoder.name must be string', value=data__encoder__name, name='' + (name_prefix or 'data') + '.encoder.name', rule='type')
                if 'sha256' in data__encoder_keys:
                    data__encoder_keys.remove('sha256')
                    data__encoder__sha256 = data__encoder['sha256']
                    if not isinstance(data__encoder__sha256, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.encoder.sha256 must be string', value=data__encoder__sha256, name='' + (name_prefix or 'data') + '.encoder.sha256', rule='type')
                    if isinstance(data__encoder__sha256, str):
                        if not REGEX_PATTERNS['^[0-9a-f]{64}$'].search(data__encoder__sha256):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.encoder.sha256 must match pattern ^[0-9a-f]{64}$', value=data__encoder__sha256, name='' + (name_prefix or 'data') + '.encoder.sha256', rule='pattern')
        if 'inputs' in data_keys:
            data_keys.remove('inputs')
            data__inputs = data['inputs']
            validate___definitions_tensors(data__inputs, custom_formats, (name_prefix or 'data') + '.inputs')
        if 'outputs' in data_keys:
            data_keys.remove('outputs')
            data__outputs = data['outputs']
            validate___definitions_tensors(data__outputs, custom_formats, (name_prefix or 'data') + '.outputs')
        if 'features' in data_keys:
            data_keys.remove('features')
            data__features = data['features']
            if not isinstance(data__features, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.features must be array', value=data__features, name='' + (name_prefix or 'data') + '.features', rule='type')
            data__features_is_list = isinstance(data__features, (list, tuple))
            if data__features_is_list:
                data__features_len = len(data__features)
                for data__features_x, data__features_item in enumerate(data__features):
                    if not isinstance(data__features_item, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.features[{data__features_x}]'.format(**locals()) + ' must be string', value=data__features_item, name='' + (name_prefix or 'data') + '.features[{data__features_x}]'.format(**locals()) + '', rule='type')
        if 'globals' in data_keys:
            data_keys.remove('globals')
            data__globals = data['globals']
            if not isinstance(data__globals, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.globals must be array', value=data__globals, name='' + (name_prefix or 'data') + '.globals', rule='type')
            data__globals_is_list = isinstance(data__globals, (list, tuple))
            if data__globals_is_list:
                data__globals_len = len(data__globals)
                for data__globals_x, data__globals_item in enumerate(data__globals):
                    if not isinstance(data__globals_item, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.globals[{data__globals_x}]'.format(**locals()) + ' must be string', value=data__globals_item, name='' + (name_prefix or 'data') + '.globals[{data__globals_x}]'.format(**locals()) + '', rule='type')
        if 'reads' in data_keys:
            data_keys.remove('reads')
            data__reads = data['reads']
            if not isinstance(data__reads, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.reads must be object', value=data__reads, name='' + (name_prefix or 'data') + '.reads', rule='type')
            data__reads_is_dict = isinstance(data__reads, dict)
            if data__reads_is_dict:
                data__reads_keys = list(data__reads)
                if 'skeleton' in data__reads_keys:
                    data__reads_keys.remove('skeleton')
                    data__reads__skeleton = data__reads['skeleton']
                    if not isinstance(data__reads__skeleton, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.reads.skeleton must be boolean', value=data__reads__skeleton, name='' + (name_prefix or 'data') + '.reads.skeleton', rule='type')
        if 'refuses' in data_keys:
            data_keys.remove('refuses')
            data__refuses = data['refuses']
            if not isinstance(data__refuses, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.refuses must be object', value=data__refuses, name='' + (name_prefix or 'data') + '.refuses', rule='type')
            data__refuses_is_dict = isinstance(data__refuses, dict)
            if data__refuses_is_dict:
                data__refuses_keys = list(data__refuses)
                if 'recurrent' in data__refuses_keys:
                    data__refuses_keys.remove('recurrent')
                    data__refuses__recurrent = data__refuses['recurrent']
                    if not isinstance(data__refuses__recurrent, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.refuses.recurrent must be string', value=data__refuses__recurrent, name='' + (name_prefix or 'data') + '.refuses.recurrent', rule='type')
                    if isinstance(data__refuses__recurrent, str):
                        data__refuses__recurrent_len = len(data__refuses__recurrent)
                        if data__refuses__recurrent_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.refuses.recurrent must be longer than or equal to 1 characters', value=data__refuses__recurrent, name='' + (name_prefix or 'data') + '.refuses.recurrent', rule='minLength')
                        if data__refuses__recurrent_len > 500:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.refuses.recurrent must be shorter than or equal to 500 characters', value=data__refuses__recurrent, name='' + (name_prefix or 'data') + '.refuses.recurrent', rule='maxLength')
                if data__refuses_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.refuses must not contain ' + str(data__refuses_keys) + ' properties', value=data__refuses, name='' + (name_prefix or 'data') + '.refuses', rule='additionalProperties')
        if 'judges' in data_keys:
            data_keys.remove('judges')
            data__judges = data['judges']
            if not isinstance(data__judges, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.judges must be array', value=data__judges, name='' + (name_prefix or 'data') + '.judges', rule='type')
            data__judges_is_list = isinstance(data__judges, (list, tuple))
            if data__judges_is_list:
                data__judges_len = len(data__judges)
                if data__judges_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.judges must contain at least 1 items', value=data__judges, name='' + (name_prefix or 'data') + '.judges', rule='minItems')
                if data__judges_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.judges must contain less than or equal to 100 items', value=data__judges, name='' + (name_prefix or 'data') + '.judges', rule='maxItems')

                def fn(var):
                    return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
                if data__judges_len > len(set((fn(data__judges_x) for data__judges_x in data__judges))):
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.judges must contain unique items', value=data__judges, name='' + (name_prefix or 'data') + '.judges', rule='uniqueItems')
                for data__judges_x, data__judges_item in enumerate(data__judges):
                    if not isinstance(data__judges_item, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.judges[{data__judges_x}]'.format(**locals()) + ' must be string', value=data__judges_item, name='' + (name_prefix or 'data') + '.judges[{data__judges_x}]'.format(**locals()) + '', rule='type')
        if 'trained_on' in data_keys:
            data_keys.remove('trained_on')
            data__trainedon = data['trained_on']
            if not isinstance(data__trainedon, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.trained_on must be object', value=data__trainedon, name='' + (name_prefix or 'data') + '.trained_on', rule='type')
            data__trainedon_is_dict = isinstance(data__trainedon, dict)
            if data__trainedon_is_dict:
                data__trainedon_keys = list(data__trainedon)
                if 'spaces' in data__trainedon_keys:
                    data__trainedon_keys.remove('spaces')
                    data__trainedon__spaces = data__trainedon['spaces']
                    if not isinstance(data__trainedon__spaces, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.trained_on.spaces must be array', value=data__trainedon__spaces, name='' + (name_prefix or 'data') + '.trained_on.spaces', rule='type')
                if 'nodes' in data__trainedon_keys:
                    data__trainedon_keys.remove('nodes')
                    data__trainedon__nodes = data__trainedon['nodes']
                    if not isinstance(data__trainedon__nodes, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.trained_on.nodes must be array', value=data__trainedon__nodes, name='' + (name_prefix or 'data') + '.trained_on.nodes', rule='type')
                    data__trainedon__nodes_is_list = isinstance(data__trainedon__nodes, (list, tuple))
                    if data__trainedon__nodes_is_list:
                        data__trainedon__nodes_len = len(data__trainedon__nodes)
                        if data__trainedon__nodes_len < 2:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.trained_on.nodes must contain at least 2 items', value=data__trainedon__nodes, name='' + (name_prefix or 'data') + '.trained_on.nodes', rule='minItems')
                        if data__trainedon__nodes_len > 2:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.trained_on.nodes must contain less than or equal to 2 items', value=data__trainedon__nodes, name='' + (name_prefix or 'data') + '.trained_on.nodes', rule='maxItems')
                        for data__trainedon__nodes_x, data__trainedon__nodes_item in enumerate(data__trainedon__nodes):
                            if not isinstance(data__trainedon__nodes_item, int) and (not (isinstance(data__trainedon__nodes_item, float) and data__trainedon__nodes_item.is_integer())) or isinstance(data__trainedon__nodes_item, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.trained_on.nodes[{data__trainedon__nodes_x}]'.format(**locals()) + ' must be integer', value=data__trainedon__nodes_item, name='' + (name_prefix or 'data') + '.trained_on.nodes[{data__trainedon__nodes_x}]'.format(**locals()) + '', rule='type')
                if 'operators' in data__trainedon_keys:
                    data__trainedon_keys.remove('operators')
                    data__trainedon__operators = data__trainedon['operators']
                    if not isinstance(data__trainedon__operators, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.trained_on.operators must be array', value=data__trainedon__operators, name='' + (name_prefix or 'data') + '.trained_on.operators', rule='type')
                    data__trainedon__operators_is_list = isinstance(data__trainedon__operators, (list, tuple))
                    if data__trainedon__operators_is_list:
                        data__trainedon__operators_len = len(data__trainedon__operators)
                        for data__trainedon__operators_x, data__trainedon__operators_item in enumerate(data__trainedon__operators):
                            if not isinstance(data__trainedon__operators_item, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.trained_on.operators[{data__trainedon__operators_x}]'.format(**locals()) + ' must be string', value=data__trainedon__operators_item, name='' + (name_prefix or 'data') + '.trained_on.operators[{data__trainedon__operators_x}]'.format(**locals()) + '', rule='type')
        if 'distance' in data_keys:
            data_keys.remove('distance')
            data__distance = data['distance']
            if not isinstance(data__distance, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance must be object', value=data__distance, name='' + (name_prefix or 'data') + '.distance', rule='type')
            data__distance_is_dict = isinstance(data__distance, dict)
            if data__distance_is_dict:
                data__distance__missing_keys = set(['statistics', 'low', 'high', 'grows', 'unit']) - data__distance.keys()
                if data__distance__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance must contain ' + (str(sorted(data__distance__missing_keys)) + ' properties'), value=data__distance, name='' + (name_prefix or 'data') + '.distance', rule='required')
                data__distance_keys = list(data__distance)
                if 'statistics' in data__distance_keys:
                    data__distance_keys.remove('statistics')
                    data__distance__statistics = data__distance['statistics']
                    if not isinstance(data__distance__statistics, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.statistics must be array', value=data__distance__statistics, name='' + (name_prefix or 'data') + '.distance.statistics', rule='type')
                    data__distance__statistics_is_list = isinstance(data__distance__statistics, (list, tuple))
                    if data__distance__statistics_is_list:
                        data__distance__statistics_len = len(data__distance__statistics)
                        if data__distance__statistics_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.statistics must contain at least 1 items', value=data__distance__statistics, name='' + (name_prefix or 'data') + '.distance.statistics', rule='minItems')
                        if data__distance__statistics_len > 100:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.statistics must contain less than or equal to 100 items', value=data__distance__statistics, name='' + (name_prefix or 'data') + '.distance.statistics', rule='maxItems')

                        def fn(var):
                            return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
                        if data__distance__statistics_len > len(set((fn(data__distance__statistics_x) for data__distance__statistics_x in data__distance__statistics))):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.statistics must contain unique items', value=data__distance__statistics, name='' + (name_prefix or 'data') + '.distance.statistics', rule='uniqueItems')
                        for data__distance__statistics_x, data__distance__statistics_item in enumerate(data__distance__statistics):
                            if not isinstance(data__distance__statistics_item, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.statistics[{data__distance__statistics_x}]'.format(**locals()) + ' must be string', value=data__distance__statistics_item, name='' + (name_prefix or 'data') + '.distance.statistics[{data__distance__statistics_x}]'.format(**locals()) + '', rule='type')
                if 'low' in data__distance_keys:
                    data__distance_keys.remove('low')
                    data__distance__low = data__distance['low']
                    if not isinstance(data__distance__low, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.low must be array', value=data__distance__low, name='' + (name_prefix or 'data') + '.distance.low', rule='type')
                    data__distance__low_is_list = isinstance(data__distance__low, (list, tuple))
                    if data__distance__low_is_list:
                        data__distance__low_len = len(data__distance__low)
                        for data__distance__low_x, data__distance__low_item in enumerate(data__distance__low):
                            if not isinstance(data__distance__low_item, (int, float, Decimal)) or isinstance(data__distance__low_item, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.low[{data__distance__low_x}]'.format(**locals()) + ' must be number', value=data__distance__low_item, name='' + (name_prefix or 'data') + '.distance.low[{data__distance__low_x}]'.format(**locals()) + '', rule='type')
                if 'high' in data__distance_keys:
                    data__distance_keys.remove('high')
                    data__distance__high = data__distance['high']
                    if not isinstance(data__distance__high, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.high must be array', value=data__distance__high, name='' + (name_prefix or 'data') + '.distance.high', rule='type')
                    data__distance__high_is_list = isinstance(data__distance__high, (list, tuple))
                    if data__distance__high_is_list:
                        data__distance__high_len = len(data__distance__high)
                        for data__distance__high_x, data__distance__high_item in enumerate(data__distance__high):
                            if not isinstance(data__distance__high_item, (int, float, Decimal)) or isinstance(data__distance__high_item, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.high[{data__distance__high_x}]'.format(**locals()) + ' must be number', value=data__distance__high_item, name='' + (name_prefix or 'data') + '.distance.high[{data__distance__high_x}]'.format(**locals()) + '', rule='type')
                if 'grows' in data__distance_keys:
                    data__distance_keys.remove('grows')
                    data__distance__grows = data__distance['grows']
                    if not isinstance(data__distance__grows, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.grows must be array', value=data__distance__grows, name='' + (name_prefix or 'data') + '.distance.grows', rule='type')
                    data__distance__grows_is_list = isinstance(data__distance__grows, (list, tuple))
                    if data__distance__grows_is_list:
                        data__distance__grows_len = len(data__distance__grows)
                        for data__distance__grows_x, data__distance__grows_item in enumerate(data__distance__grows):
                            if not isinstance(data__distance__grows_item, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.grows[{data__distance__grows_x}]'.format(**locals()) + ' must be string', value=data__distance__grows_item, name='' + (name_prefix or 'data') + '.distance.grows[{data__distance__grows_x}]'.format(**locals()) + '', rule='type')
                if 'unit' in data__distance_keys:
                    data__distance_keys.remove('unit')
                    data__distance__unit = data__distance['unit']
                    if not isinstance(data__distance__unit, (int, float, Decimal)) or isinstance(data__distance__unit, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.unit must be number', value=data__distance__unit, name='' + (name_prefix or 'data') + '.distance.unit', rule='type')
                    if isinstance(data__distance__unit, (int, float, Decimal)) and (not isinstance(data__distance__unit, bool)):
                        if data__distance__unit <= 0:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance.unit must be bigger than 0', value=data__distance__unit, name='' + (name_prefix or 'data') + '.distance.unit', rule='exclusiveMinimum')
                if data__distance_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.distance must not contain ' + str(data__distance_keys) + ' properties', value=data__distance, name='' + (name_prefix or 'data') + '.distance', rule='additionalProperties')
        if 'calibration' in data_keys:
            data_keys.remove('calibration')
            data__calibration = data['calibration']
            if not isinstance(data__calibration, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration must be object', value=data__calibration, name='' + (name_prefix or 'data') + '.calibration', rule='type')
            data__calibration_is_dict = isinstance(data__calibration, dict)
            if data__calibration_is_dict:
                data__calibration__missing_keys = set(['label', 'scores', 'values', 'half_width', 'coverage']) - data__calibration.keys()
                if data__calibration__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration must contain ' + (str(sorted(data__calibration__missing_keys)) + ' properties'), value=data__calibration, name='' + (name_prefix or 'data') + '.calibration', rule='required')
                data__calibration_keys = list(data__calibration)
                if 'label' in data__calibration_keys:
                    data__calibration_keys.remove('label')
                    data__calibration__label = data__calibration['label']
                    if not isinstance(data__calibration__label, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.label must be string', value=data__calibration__label, name='' + (name_prefix or 'data') + '.calibration.label', rule='type')
                if 'scores' in data__calibration_keys:
                    data__calibration_keys.remove('scores')
                    data__calibration__scores = data__calibration['scores']
                    if not isinstance(data__calibration__scores, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.scores must be array', value=data__calibration__scores, name='' + (name_prefix or 'data') + '.calibration.scores', rule='type')
                    data__calibration__scores_is_list = isinstance(data__calibration__scores, (list, tuple))
                    if data__calibration__scores_is_list:
                        data__calibration__scores_len = len(data__calibration__scores)
                        if data__calibration__scores_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.scores must contain at least 1 items', value=data__calibration__scores, name='' + (name_prefix or 'data') + '.calibration.scores', rule='minItems')
                        if data__calibration__scores_len > 1000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.scores must contain less than or equal to 1000 items', value=data__calibration__scores, name='' + (name_prefix or 'data') + '.calibration.scores', rule='maxItems')
                        for data__calibration__scores_x, data__calibration__scores_item in enumerate(data__calibration__scores):
                            if not isinstance(data__calibration__scores_item, (int, float, Decimal)) or isinstance(data__calibration__scores_item, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.scores[{data__calibration__scores_x}]'.format(**locals()) + ' must be number', value=data__calibration__scores_item, name='' + (name_prefix or 'data') + '.calibration.scores[{data__calibration__scores_x}]'.format(**locals()) + '', rule='type')
                if 'values' in data__calibration_keys:
                    data__calibration_keys.remove('values')
                    data__calibration__values = data__calibration['values']
                    if not isinstance(data__calibration__values, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.values must be array', value=data__calibration__values, name='' + (name_prefix or 'data') + '.calibration.values', rule='type')
                    data__calibration__values_is_list = isinstance(data__calibration__values, (list, tuple))
                    if data__calibration__values_is_list:
                        data__calibration__values_len = len(data__calibration__values)
                        if data__calibration__values_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.values must contain at least 1 items', value=data__calibration__values, name='' + (name_prefix or 'data') + '.calibration.values', rule='minItems')
                        if data__calibration__values_len > 1000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.values must contain less than or equal to 1000 items', value=data__calibration__values, name='' + (name_prefix or 'data') + '.calibration.values', rule='maxItems')
                        for data__calibration__values_x, data__calibration__values_item in enumerate(data__calibration__values):
                            if not isinstance(data__calibration__values_item, (int, float, Decimal)) or isinstance(data__calibration__values_item, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.values[{data__calibration__values_x}]'.format(**locals()) + ' must be number', value=data__calibration__values_item, name='' + (name_prefix or 'data') + '.calibration.values[{data__calibration__values_x}]'.format(**locals()) + '', rule='type')
                if 'half_width' in data__calibration_keys:
                    data__calibration_keys.remove('half_width')
                    data__calibration__halfwidth = data__calibration['half_width']
                    if not isinstance(data__calibration__halfwidth, (int, float, Decimal)) or isinstance(data__calibration__halfwidth, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.half_width must be number', value=data__calibration__halfwidth, name='' + (name_prefix or 'data') + '.calibration.half_width', rule='type')
                    if isinstance(data__calibration__halfwidth, (int, float, Decimal)) and (not isinstance(data__calibration__halfwidth, bool)):
                        if data__calibration__halfwidth < 0:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.half_width must be bigger than or equal to 0', value=data__calibration__halfwidth, name='' + (name_prefix or 'data') + '.calibration.half_width', rule='minimum')
                if 'coverage' in data__calibration_keys:
                    data__calibration_keys.remove('coverage')
                    data__calibration__coverage = data__calibration['coverage']
                    if not isinstance(data__calibration__coverage, (int, float, Decimal)) or isinstance(data__calibration__coverage, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.coverage must be number', value=data__calibration__coverage, name='' + (name_prefix or 'data') + '.calibration.coverage', rule='type')
                    if isinstance(data__calibration__coverage, (int, float, Decimal)) and (not isinstance(data__calibration__coverage, bool)):
                        if data__calibration__coverage <= 0:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.coverage must be bigger than 0', value=data__calibration__coverage, name='' + (name_prefix or 'data') + '.calibration.coverage', rule='exclusiveMinimum')
                        if data__calibration__coverage >= 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration.coverage must be smaller than 1', value=data__calibration__coverage, name='' + (name_prefix or 'data') + '.calibration.coverage', rule='exclusiveMaximum')
                if data__calibration_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.calibration must not contain ' + str(data__calibration_keys) + ' properties', value=data__calibration, name='' + (name_prefix or 'data') + '.calibration', rule='additionalProperties')
        if 'adapted' in data_keys:
            data_keys.remove('adapted')
            data__adapted = data['adapted']
            if not isinstance(data__adapted, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.adapted must be object', value=data__adapted, name='' + (name_prefix or 'data') + '.adapted', rule='type')
            data__adapted_is_dict = isinstance(data__adapted, dict)
            if data__adapted_is_dict:
                data__adapted__missing_keys = set(['from', 'space', 'correction']) - data__adapted.keys()
                if data__adapted__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.adapted must contain ' + (str(sorted(data__adapted__missing_keys)) + ' properties'), value=data__adapted, name='' + (name_prefix or 'data') + '.adapted', rule='required')
        if 'never_saw' in data_keys:
            data_keys.remove('never_saw')
            data__neversaw = data['never_saw']
            if not isinstance(data__neversaw, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.never_saw must be array', value=data__neversaw, name='' + (name_prefix or 'data') + '.never_saw', rule='type')
            data__neversaw_is_list = isinstance(data__neversaw, (list, tuple))
            if data__neversaw_is_list:
                data__neversaw_len = len(data__neversaw)
                for data__neversaw_x, data__neversaw_item in enumerate(data__neversaw):
                    if not isinstance(data__neversaw_item, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.never_saw[{data__neversaw_x}]'.format(**locals()) + ' must be string', value=data__neversaw_item, name='' + (name_prefix or 'data') + '.never_saw[{data__neversaw_x}]'.format(**locals()) + '', rule='type')
        if 'seed' in data_keys:
            data_keys.remove('seed')
            data__seed = data['seed']
            if not isinstance(data__seed, int) and (not (isinstance(data__seed, float) and data__seed.is_integer())) or isinstance(data__seed, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.seed must be integer', value=data__seed, name='' + (name_prefix or 'data') + '.seed', rule='type')
        if 'results' in data_keys:
            data_keys.remove('results')
            data__results = data['results']
            if not isinstance(data__results, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.results must be array', value=data__results, name='' + (name_prefix or 'data') + '.results', rule='type')
    return data

def validate___definitions_tensors(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = list(data)
        for data_key in data_keys:
            if data_key not in []:
                data_value = data.get(data_key)
                if not isinstance(data_value, dict):
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.{data_key}'.format(**locals()) + ' must be object', value=data_value, name='' + (name_prefix or 'data') + '.{data_key}'.format(**locals()) + '', rule='type')
                data_value_is_dict = isinstance(data_value, dict)
                if data_value_is_dict:
                    data_value__missing_keys = set(['shape', 'dtype']) - data_value.keys()
                    if data_value__missing_keys:
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.{data_key}'.format(**locals()) + ' must contain ' + (str(sorted(data_value__missing_keys)) + ' properties'), value=data_value, name='' + (name_prefix or 'data') + '.{data_key}'.format(**locals()) + '', rule='required')
                    data_value_keys = list(data_value)
                    if 'shape' in data_value_keys:
                        data_value_keys.remove('shape')
                        data_value__shape = data_value['shape']
                        if not isinstance(data_value__shape, (list, tuple)):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.{data_key}.shape'.format(**locals()) + ' must be array', value=data_value__shape, name='' + (name_prefix or 'data') + '.{data_key}.shape'.format(**locals()) + '', rule='type')
                        data_value__shape_is_list = isinstance(data_value__shape, (list, tuple))
                        if data_value__shape_is_list:
                            data_value__shape_len = len(data_value__shape)
                            for data_value__shape_x, data_value__shape_item in enumerate(data_value__shape):
                                if not isinstance(data_value__shape_item, (int, str)) and (not (isinstance(data_value__shape_item, float) and data_value__shape_item.is_integer())) or isinstance(data_value__shape_item, bool):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.{data_key}.shape[{data_value__shape_x}]'.format(**locals()) + ' must be integer or string', value=data_value__shape_item, name='' + (name_prefix or 'data') + '.{data_key}.shape[{data_value__shape_x}]'.format(**locals()) + '', rule='type')
                    if 'dtype' in data_value_keys:
                        data_value_keys.remove('dtype')
                        data_value__dtype = data_value['dtype']
                        if not isinstance(data_value__dtype, str):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.{data_key}.dtype'.format(**locals()) + ' must be string', value=data_value__dtype, name='' + (name_prefix or 'data') + '.{data_key}.dtype'.format(**locals()) + '', rule='type')
    return data

validate_bundle = validate_urn_nasport_bundle_1
