# Generated from architecture.schema.json by `python -m nasport.schemas.generate`.
VERSION = '2.22.3'
from decimal import Decimal
from fastjsonschema import JsonSchemaValueException, JsonSchemaValuesException
NoneType = type(None)

def validate_urn_nasport_architecture_1(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['format', 'version', 'cells']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'format' in data_keys:
            data_keys.remove('format')
            data__format = data['format']
            if not (isinstance(data__format, str) and data__format == 'nasport-architecture'):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.format must be same as const definition: nasport-architecture', value=data__format, name='' + (name_prefix or 'data') + '.format', rule='const')
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
                if data__name_len > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.name must be shorter than or equal to 1000 characters', value=data__name, name='' + (name_prefix or 'data') + '.name', rule='maxLength')
        if 'space' in data_keys:
            data_keys.remove('space')
            data__space = data['space']
            if not isinstance(data__space, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.space must be string', value=data__space, name='' + (name_prefix or 'data') + '.space', rule='type')
            if isinstance(data__space, str):
                data__space_len = len(data__space)
                if data__space_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.space must be shorter than or equal to 200 characters', value=data__space, name='' + (name_prefix or 'data') + '.space', rule='maxLength')
        if 'source' in data_keys:
            data_keys.remove('source')
            data__source = data['source']
            if not isinstance(data__source, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.source must be object', value=data__source, name='' + (name_prefix or 'data') + '.source', rule='type')
            data__source_is_dict = isinstance(data__source, dict)
            if data__source_is_dict:
                data__source__missing_keys = set(['format', 'text']) - data__source.keys()
                if data__source__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.source must contain ' + (str(sorted(data__source__missing_keys)) + ' properties'), value=data__source, name='' + (name_prefix or 'data') + '.source', rule='required')
                data__source_keys = list(data__source)
                if 'format' in data__source_keys:
                    data__source_keys.remove('format')
                    data__source__format = data__source['format']
                    if not isinstance(data__source__format, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.source.format must be string', value=data__source__format, name='' + (name_prefix or 'data') + '.source.format', rule='type')
                    if isinstance(data__source__format, str):
                        data__source__format_len = len(data__source__format)
                        if data__source__format_len > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.source.format must be shorter than or equal to 200 characters', value=data__source__format, name='' + (name_prefix or 'data') + '.source.format', rule='maxLength')
                if 'text' in data__source_keys:
                    data__source_keys.remove('text')
                    data__source__text = data__source['text']
                    if not isinstance(data__source__text, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.source.text must be string', value=data__source__text, name='' + (name_prefix or 'data') + '.source.text', rule='type')
                    if isinstance(data__source__text, str):
                        data__source__text_len = len(data__source__text)
                        if data__source__text_len > 100000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.source.text must be shorter than or equal to 100000 characters', value=data__source__text, name='' + (name_prefix or 'data') + '.source.text', rule='maxLength')
                if data__source_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.source must not contain ' + str(data__source_keys) + ' properties', value=data__source, name='' + (name_prefix or 'data') + '.source', rule='additionalProperties')
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
                        validate___definitions_operator(data__operators_value, custom_formats, (name_prefix or 'data') + '.operators.{data__operators_key}'.format(**locals()))
        if 'cells' in data_keys:
            data_keys.remove('cells')
            data__cells = data['cells']
            if not isinstance(data__cells, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.cells must be object', value=data__cells, name='' + (name_prefix or 'data') + '.cells', rule='type')
            data__cells_is_dict = isinstance(data__cells, dict)
            if data__cells_is_dict:
                data__cells_len = len(data__cells)
                if data__cells_len > 64:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.cells must contain less than or equal to 64 properties', value=data__cells, name='' + (name_prefix or 'data') + '.cells', rule='maxProperties')
                data__cells_keys = list(data__cells)
                for data__cells_key in data__cells_keys:
                    if data__cells_key not in []:
                        data__cells_value = data__cells.get(data__cells_key)
                        validate___definitions_cell(data__cells_value, custom_formats, (name_prefix or 'data') + '.cells.{data__cells_key}'.format(**locals()))
        if 'skeleton' in data_keys:
            data_keys.remove('skeleton')
            data__skeleton = data['skeleton']
            validate___definitions_skeleton(data__skeleton, custom_formats, (name_prefix or 'data') + '.skeleton')
        if 'labels' in data_keys:
            data_keys.remove('labels')
            data__labels = data['labels']
            if not isinstance(data__labels, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.labels must be array', value=data__labels, name='' + (name_prefix or 'data') + '.labels', rule='type')
            data__labels_is_list = isinstance(data__labels, (list, tuple))
            if data__labels_is_list:
                data__labels_len = len(data__labels)
                if data__labels_len > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.labels must contain less than or equal to 1000 items', value=data__labels, name='' + (name_prefix or 'data') + '.labels', rule='maxItems')
                for data__labels_x, data__labels_item in enumerate(data__labels):
                    validate___definitions_label(data__labels_item, custom_formats, (name_prefix or 'data') + '.labels[{data__labels_x}]'.format(**locals()))
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_label(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['dataset', 'metric', 'value']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'dataset' in data_keys:
            data_keys.remove('dataset')
            data__dataset = data['dataset']
            if not isinstance(data__dataset, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dataset must be string', value=data__dataset, name='' + (name_prefix or 'data') + '.dataset', rule='type')
            if isinstance(data__dataset, str):
                data__dataset_len = len(data__dataset)
                if data__dataset_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dataset must be shorter than or equal to 200 characters', value=data__dataset, name='' + (name_prefix or 'data') + '.dataset', rule='maxLength')
        if 'split' in data_keys:
            data_keys.remove('split')
            data__split = data['split']
            if not isinstance(data__split, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.split must be string', value=data__split, name='' + (name_prefix or 'data') + '.split', rule='type')
            if isinstance(data__split, str):
                data__split_len = len(data__split)
                if data__split_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.split must be shorter than or equal to 100 characters', value=data__split, name='' + (name_prefix or 'data') + '.split', rule='maxLength')
        if 'metric' in data_keys:
            data_keys.remove('metric')
            data__metric = data['metric']
            if not isinstance(data__metric, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metric must be string', value=data__metric, name='' + (name_prefix or 'data') + '.metric', rule='type')
            if isinstance(data__metric, str):
                data__metric_len = len(data__metric)
                if data__metric_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metric must be shorter than or equal to 100 characters', value=data__metric, name='' + (name_prefix or 'data') + '.metric', rule='maxLength')
        if 'value' in data_keys:
            data_keys.remove('value')
            data__value = data['value']
            if not isinstance(data__value, (int, float, Decimal)) or isinstance(data__value, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.value must be number', value=data__value, name='' + (name_prefix or 'data') + '.value', rule='type')
        if 'epochs' in data_keys:
            data_keys.remove('epochs')
            data__epochs = data['epochs']
            if not isinstance(data__epochs, (int, float, Decimal)) or isinstance(data__epochs, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.epochs must be number', value=data__epochs, name='' + (name_prefix or 'data') + '.epochs', rule='type')
            if isinstance(data__epochs, (int, float, Decimal)) and (not isinstance(data__epochs, bool)):
                if data__epochs < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.epochs must be bigger than or equal to 0', value=data__epochs, name='' + (name_prefix or 'data') + '.epochs', rule='minimum')
        if 'repeats' in data_keys:
            data_keys.remove('repeats')
            data__repeats = data['repeats']
            if not isinstance(data__repeats, int) and (not (isinstance(data__repeats, float) and data__repeats.is_integer())) or isinstance(data__repeats, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be integer', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='type')
            if isinstance(data__repeats, (int, float, Decimal)) and (not isinstance(data__repeats, bool)):
                if data__repeats < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be bigger than or equal to 1', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='minimum')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_skeleton(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['stages']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'input' in data_keys:
            data_keys.remove('input')
            data__input = data['input']
            if not isinstance(data__input, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input must be object', value=data__input, name='' + (name_prefix or 'data') + '.input', rule='type')
            data__input_is_dict = isinstance(data__input, dict)
            if data__input_is_dict:
                data__input_keys = list(data__input)
                if 'channels' in data__input_keys:
                    data__input_keys.remove('channels')
                    data__input__channels = data__input['channels']
                    if not isinstance(data__input__channels, int) and (not (isinstance(data__input__channels, float) and data__input__channels.is_integer())) or isinstance(data__input__channels, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.channels must be integer', value=data__input__channels, name='' + (name_prefix or 'data') + '.input.channels', rule='type')
                    if isinstance(data__input__channels, (int, float, Decimal)) and (not isinstance(data__input__channels, bool)):
                        if data__input__channels < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.channels must be bigger than or equal to 1', value=data__input__channels, name='' + (name_prefix or 'data') + '.input.channels', rule='minimum')
                        if data__input__channels > 100000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.channels must be smaller than or equal to 100000', value=data__input__channels, name='' + (name_prefix or 'data') + '.input.channels', rule='maximum')
                if 'height' in data__input_keys:
                    data__input_keys.remove('height')
                    data__input__height = data__input['height']
                    if not isinstance(data__input__height, int) and (not (isinstance(data__input__height, float) and data__input__height.is_integer())) or isinstance(data__input__height, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.height must be integer', value=data__input__height, name='' + (name_prefix or 'data') + '.input.height', rule='type')
                    if isinstance(data__input__height, (int, float, Decimal)) and (not isinstance(data__input__height, bool)):
                        if data__input__height < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.height must be bigger than or equal to 1', value=data__input__height, name='' + (name_prefix or 'data') + '.input.height', rule='minimum')
                        if data__input__height > 100000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.height must be smaller than or equal to 100000', value=data__input__height, name='' + (name_prefix or 'data') + '.input.height', rule='maximum')
                if 'width' in data__input_keys:
                    data__input_keys.remove('width')
                    data__input__width = data__input['width']
                    if not isinstance(data__input__width, int) and (not (isinstance(data__input__width, float) and data__input__width.is_integer())) or isinstance(data__input__width, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.width must be integer', value=data__input__width, name='' + (name_prefix or 'data') + '.input.width', rule='type')
                    if isinstance(data__input__width, (int, float, Decimal)) and (not isinstance(data__input__width, bool)):
                        if data__input__width < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.width must be bigger than or equal to 1', value=data__input__width, name='' + (name_prefix or 'data') + '.input.width', rule='minimum')
                        if data__input__width > 100000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.width must be smaller than or equal to 100000', value=data__input__width, name='' + (name_prefix or 'data') + '.input.width', rule='maximum')
                if 'length' in data__input_keys:
                    data__input_keys.remove('length')
                    data__input__length = data__input['length']
                    if not isinstance(data__input__length, int) and (not (isinstance(data__input__length, float) and data__input__length.is_integer())) or isinstance(data__input__length, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.length must be integer', value=data__input__length, name='' + (name_prefix or 'data') + '.input.length', rule='type')
                    if isinstance(data__input__length, (int, float, Decimal)) and (not isinstance(data__input__length, bool)):
                        if data__input__length < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.length must be bigger than or equal to 1', value=data__input__length, name='' + (name_prefix or 'data') + '.input.length', rule='minimum')
                        if data__input__length > 10000000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input.length must be smaller than or equal to 10000000', value=data__input__length, name='' + (name_prefix or 'data') + '.input.length', rule='maximum')
                if data__input_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.input must not contain ' + str(data__input_keys) + ' properties', value=data__input, name='' + (name_prefix or 'data') + '.input', rule='additionalProperties')
        if 'stem' in data_keys:
            data_keys.remove('stem')
            data__stem = data['stem']
            if not isinstance(data__stem, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stem must be array', value=data__stem, name='' + (name_prefix or 'data') + '.stem', rule='type')
            data__stem_is_list = isinstance(data__stem, (list, tuple))
            if data__stem_is_list:
                data__stem_len = len(data__stem)
                if data__stem_len > 64:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stem must contain less than or equal to 64 items', value=data__stem, name='' + (name_prefix or 'data') + '.stem', rule='maxItems')
                for data__stem_x, data__stem_item in enumerate(data__stem):
                    validate___definitions_stage(data__stem_item, custom_formats, (name_prefix or 'data') + '.stem[{data__stem_x}]'.format(**locals()))
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
                if data__stages_len > 512:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages must contain less than or equal to 512 items', value=data__stages, name='' + (name_prefix or 'data') + '.stages', rule='maxItems')
                for data__stages_x, data__stages_item in enumerate(data__stages):
                    validate___definitions_stage(data__stages_item, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}]'.format(**locals()))
        if 'head' in data_keys:
            data_keys.remove('head')
            data__head = data['head']
            if not isinstance(data__head, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.head must be array', value=data__head, name='' + (name_prefix or 'data') + '.head', rule='type')
            data__head_is_list = isinstance(data__head, (list, tuple))
            if data__head_is_list:
                data__head_len = len(data__head)
                if data__head_len > 64:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.head must contain less than or equal to 64 items', value=data__head, name='' + (name_prefix or 'data') + '.head', rule='maxItems')
                for data__head_x, data__head_item in enumerate(data__head):
                    validate___definitions_stage(data__head_item, custom_formats, (name_prefix or 'data') + '.head[{data__head_x}]'.format(**locals()))
        if 'classes' in data_keys:
            data_keys.remove('classes')
            data__classes = data['classes']
            if not isinstance(data__classes, int) and (not (isinstance(data__classes, float) and data__classes.is_integer())) or isinstance(data__classes, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.classes must be integer', value=data__classes, name='' + (name_prefix or 'data') + '.classes', rule='type')
            if isinstance(data__classes, (int, float, Decimal)) and (not isinstance(data__classes, bool)):
                if data__classes < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.classes must be bigger than or equal to 1', value=data__classes, name='' + (name_prefix or 'data') + '.classes', rule='minimum')
                if data__classes > 10000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.classes must be smaller than or equal to 10000000', value=data__classes, name='' + (name_prefix or 'data') + '.classes', rule='maximum')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_stage(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = list(data)
        if 'cell' in data_keys:
            data_keys.remove('cell')
            data__cell = data['cell']
            if not isinstance(data__cell, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.cell must be string', value=data__cell, name='' + (name_prefix or 'data') + '.cell', rule='type')
            if isinstance(data__cell, str):
                data__cell_len = len(data__cell)
                if data__cell_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.cell must be longer than or equal to 1 characters', value=data__cell, name='' + (name_prefix or 'data') + '.cell', rule='minLength')
                if data__cell_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.cell must be shorter than or equal to 200 characters', value=data__cell, name='' + (name_prefix or 'data') + '.cell', rule='maxLength')
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
        if 'repeats' in data_keys:
            data_keys.remove('repeats')
            data__repeats = data['repeats']
            if not isinstance(data__repeats, int) and (not (isinstance(data__repeats, float) and data__repeats.is_integer())) or isinstance(data__repeats, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be integer', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='type')
            if isinstance(data__repeats, (int, float, Decimal)) and (not isinstance(data__repeats, bool)):
                if data__repeats < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be bigger than or equal to 1', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='minimum')
                if data__repeats > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be smaller than or equal to 1000', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='maximum')
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
        if 'stride' in data_keys:
            data_keys.remove('stride')
            data__stride = data['stride']
            if not isinstance(data__stride, int) and (not (isinstance(data__stride, float) and data__stride.is_integer())) or isinstance(data__stride, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be integer', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='type')
            if isinstance(data__stride, (int, float, Decimal)) and (not isinstance(data__stride, bool)):
                if data__stride < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be bigger than or equal to 1', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='minimum')
                if data__stride > 64:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be smaller than or equal to 64', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='maximum')
        if 'resolution' in data_keys:
            data_keys.remove('resolution')
            data__resolution = data['resolution']
            if not isinstance(data__resolution, int) and (not (isinstance(data__resolution, float) and data__resolution.is_integer())) or isinstance(data__resolution, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be integer', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='type')
            if isinstance(data__resolution, (int, float, Decimal)) and (not isinstance(data__resolution, bool)):
                if data__resolution < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be bigger than or equal to 1', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='minimum')
                if data__resolution > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be smaller than or equal to 100000', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='maximum')
        if 'attributes' in data_keys:
            data_keys.remove('attributes')
            data__attributes = data['attributes']
            validate___definitions_attributes(data__attributes, custom_formats, (name_prefix or 'data') + '.attributes')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_attributes(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = list(data)
        if 'kernel' in data_keys:
            data_keys.remove('kernel')
            data__kernel = data['kernel']
            if not isinstance(data__kernel, int) and (not (isinstance(data__kernel, float) and data__kernel.is_integer())) or isinstance(data__kernel, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel must be integer', value=data__kernel, name='' + (name_prefix or 'data') + '.kernel', rule='type')
            if isinstance(data__kernel, (int, float, Decimal)) and (not isinstance(data__kernel, bool)):
                if data__kernel < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel must be bigger than or equal to 1', value=data__kernel, name='' + (name_prefix or 'data') + '.kernel', rule='minimum')
                if data__kernel > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel must be smaller than or equal to 1000', value=data__kernel, name='' + (name_prefix or 'data') + '.kernel', rule='maximum')
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
        if 'dilation' in data_keys:
            data_keys.remove('dilation')
            data__dilation = data['dilation']
            if not isinstance(data__dilation, int) and (not (isinstance(data__dilation, float) and data__dilation.is_integer())) or isinstance(data__dilation, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dilation must be integer', value=data__dilation, name='' + (name_prefix or 'data') + '.dilation', rule='type')
            if isinstance(data__dilation, (int, float, Decimal)) and (not isinstance(data__dilation, bool)):
                if data__dilation < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dilation must be bigger than or equal to 1', value=data__dilation, name='' + (name_prefix or 'data') + '.dilation', rule='minimum')
                if data__dilation > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dilation must be smaller than or equal to 1000', value=data__dilation, name='' + (name_prefix or 'data') + '.dilation', rule='maximum')
        if 'groups' in data_keys:
            data_keys.remove('groups')
            data__groups = data['groups']
            if not isinstance(data__groups, int) and (not (isinstance(data__groups, float) and data__groups.is_integer())) or isinstance(data__groups, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.groups must be integer', value=data__groups, name='' + (name_prefix or 'data') + '.groups', rule='type')
            if isinstance(data__groups, (int, float, Decimal)) and (not isinstance(data__groups, bool)):
                if data__groups < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.groups must be bigger than or equal to 1', value=data__groups, name='' + (name_prefix or 'data') + '.groups', rule='minimum')
                if data__groups > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.groups must be smaller than or equal to 100000', value=data__groups, name='' + (name_prefix or 'data') + '.groups', rule='maximum')
        if 'expansion' in data_keys:
            data_keys.remove('expansion')
            data__expansion = data['expansion']
            if not isinstance(data__expansion, (int, float, Decimal)) or isinstance(data__expansion, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.expansion must be number', value=data__expansion, name='' + (name_prefix or 'data') + '.expansion', rule='type')
            if isinstance(data__expansion, (int, float, Decimal)) and (not isinstance(data__expansion, bool)):
                if data__expansion > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.expansion must be smaller than or equal to 1000', value=data__expansion, name='' + (name_prefix or 'data') + '.expansion', rule='maximum')
                if data__expansion <= 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.expansion must be bigger than 0', value=data__expansion, name='' + (name_prefix or 'data') + '.expansion', rule='exclusiveMinimum')
        if 'repeats' in data_keys:
            data_keys.remove('repeats')
            data__repeats = data['repeats']
            if not isinstance(data__repeats, int) and (not (isinstance(data__repeats, float) and data__repeats.is_integer())) or isinstance(data__repeats, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be integer', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='type')
            if isinstance(data__repeats, (int, float, Decimal)) and (not isinstance(data__repeats, bool)):
                if data__repeats < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be bigger than or equal to 1', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='minimum')
                if data__repeats > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be smaller than or equal to 1000', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='maximum')
        if 'channels' in data_keys:
            data_keys.remove('channels')
            data__channels = data['channels']
            if not isinstance(data__channels, int) and (not (isinstance(data__channels, float) and data__channels.is_integer())) or isinstance(data__channels, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be integer', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='type')
            if isinstance(data__channels, (int, float, Decimal)) and (not isinstance(data__channels, bool)):
                if data__channels < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be bigger than or equal to 1', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='minimum')
                if data__channels > 1000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be smaller than or equal to 1000000', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='maximum')
        if 'heads' in data_keys:
            data_keys.remove('heads')
            data__heads = data['heads']
            if not isinstance(data__heads, int) and (not (isinstance(data__heads, float) and data__heads.is_integer())) or isinstance(data__heads, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.heads must be integer', value=data__heads, name='' + (name_prefix or 'data') + '.heads', rule='type')
            if isinstance(data__heads, (int, float, Decimal)) and (not isinstance(data__heads, bool)):
                if data__heads < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.heads must be bigger than or equal to 1', value=data__heads, name='' + (name_prefix or 'data') + '.heads', rule='minimum')
                if data__heads > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.heads must be smaller than or equal to 100000', value=data__heads, name='' + (name_prefix or 'data') + '.heads', rule='maximum')
        if 'squeeze' in data_keys:
            data_keys.remove('squeeze')
            data__squeeze = data['squeeze']
            if not isinstance(data__squeeze, (int, float, Decimal)) or isinstance(data__squeeze, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze must be number', value=data__squeeze, name='' + (name_prefix or 'data') + '.squeeze', rule='type')
            if isinstance(data__squeeze, (int, float, Decimal)) and (not isinstance(data__squeeze, bool)):
                if data__squeeze < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze must be bigger than or equal to 0', value=data__squeeze, name='' + (name_prefix or 'data') + '.squeeze', rule='minimum')
                if data__squeeze > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze must be smaller than or equal to 1', value=data__squeeze, name='' + (name_prefix or 'data') + '.squeeze', rule='maximum')
        if 'squeeze_of' in data_keys:
            data_keys.remove('squeeze_of')
            data__squeezeof = data['squeeze_of']
            if not (isinstance(data__squeezeof, str) and data__squeezeof == 'input' or (isinstance(data__squeezeof, str) and data__squeezeof == 'expanded')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".squeeze_of must be one of ['input', 'expanded']", value=data__squeezeof, name='' + (name_prefix or 'data') + '.squeeze_of', rule='enum')
        if 'squeeze_multiple' in data_keys:
            data_keys.remove('squeeze_multiple')
            data__squeezemultiple = data['squeeze_multiple']
            if not isinstance(data__squeezemultiple, int) and (not (isinstance(data__squeezemultiple, float) and data__squeezemultiple.is_integer())) or isinstance(data__squeezemultiple, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze_multiple must be integer', value=data__squeezemultiple, name='' + (name_prefix or 'data') + '.squeeze_multiple', rule='type')
            if isinstance(data__squeezemultiple, (int, float, Decimal)) and (not isinstance(data__squeezemultiple, bool)):
                if data__squeezemultiple < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze_multiple must be bigger than or equal to 1', value=data__squeezemultiple, name='' + (name_prefix or 'data') + '.squeeze_multiple', rule='minimum')
                if data__squeezemultiple > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze_multiple must be smaller than or equal to 1000', value=data__squeezemultiple, name='' + (name_prefix or 'data') + '.squeeze_multiple', rule='maximum')
        if 'squeeze_activation' in data_keys:
            data_keys.remove('squeeze_activation')
            data__squeezeactivation = data['squeeze_activation']
            if not (isinstance(data__squeezeactivation, str) and data__squeezeactivation == 'relu' or (isinstance(data__squeezeactivation, str) and data__squeezeactivation == 'silu')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".squeeze_activation must be one of ['relu', 'silu']", value=data__squeezeactivation, name='' + (name_prefix or 'data') + '.squeeze_activation', rule='enum')
        if 'gate' in data_keys:
            data_keys.remove('gate')
            data__gate = data['gate']
            if not (isinstance(data__gate, str) and data__gate == 'sigmoid' or (isinstance(data__gate, str) and data__gate == 'hardsigmoid')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".gate must be one of ['sigmoid', 'hardsigmoid']", value=data__gate, name='' + (name_prefix or 'data') + '.gate', rule='enum')
        if 'expand' in data_keys:
            data_keys.remove('expand')
            data__expand = data['expand']
            if not (isinstance(data__expand, str) and data__expand == 'when_wider' or (isinstance(data__expand, str) and data__expand == 'always')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".expand must be one of ['when_wider', 'always']", value=data__expand, name='' + (name_prefix or 'data') + '.expand', rule='enum')
        if 'head_width' in data_keys:
            data_keys.remove('head_width')
            data__headwidth = data['head_width']
            if not isinstance(data__headwidth, int) and (not (isinstance(data__headwidth, float) and data__headwidth.is_integer())) or isinstance(data__headwidth, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.head_width must be integer', value=data__headwidth, name='' + (name_prefix or 'data') + '.head_width', rule='type')
            if isinstance(data__headwidth, (int, float, Decimal)) and (not isinstance(data__headwidth, bool)):
                if data__headwidth < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.head_width must be bigger than or equal to 1', value=data__headwidth, name='' + (name_prefix or 'data') + '.head_width', rule='minimum')
                if data__headwidth > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.head_width must be smaller than or equal to 100000', value=data__headwidth, name='' + (name_prefix or 'data') + '.head_width', rule='maximum')
        if 'bias' in data_keys:
            data_keys.remove('bias')
            data__bias = data['bias']
            if not isinstance(data__bias, int) and (not (isinstance(data__bias, float) and data__bias.is_integer())) or isinstance(data__bias, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.bias must be integer', value=data__bias, name='' + (name_prefix or 'data') + '.bias', rule='type')
            if isinstance(data__bias, (int, float, Decimal)) and (not isinstance(data__bias, bool)):
                if data__bias < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.bias must be bigger than or equal to 0', value=data__bias, name='' + (name_prefix or 'data') + '.bias', rule='minimum')
                if data__bias > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.bias must be smaller than or equal to 1', value=data__bias, name='' + (name_prefix or 'data') + '.bias', rule='maximum')
        if 'query_bias' in data_keys:
            data_keys.remove('query_bias')
            data__querybias = data['query_bias']
            if not isinstance(data__querybias, int) and (not (isinstance(data__querybias, float) and data__querybias.is_integer())) or isinstance(data__querybias, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.query_bias must be integer', value=data__querybias, name='' + (name_prefix or 'data') + '.query_bias', rule='type')
            if isinstance(data__querybias, (int, float, Decimal)) and (not isinstance(data__querybias, bool)):
                if data__querybias < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.query_bias must be bigger than or equal to 0', value=data__querybias, name='' + (name_prefix or 'data') + '.query_bias', rule='minimum')
                if data__querybias > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.query_bias must be smaller than or equal to 1', value=data__querybias, name='' + (name_prefix or 'data') + '.query_bias', rule='maximum')
        if 'key_value_heads' in data_keys:
            data_keys.remove('key_value_heads')
            data__keyvalueheads = data['key_value_heads']
            if not isinstance(data__keyvalueheads, int) and (not (isinstance(data__keyvalueheads, float) and data__keyvalueheads.is_integer())) or isinstance(data__keyvalueheads, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.key_value_heads must be integer', value=data__keyvalueheads, name='' + (name_prefix or 'data') + '.key_value_heads', rule='type')
            if isinstance(data__keyvalueheads, (int, float, Decimal)) and (not isinstance(data__keyvalueheads, bool)):
                if data__keyvalueheads < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.key_value_heads must be bigger than or equal to 1', value=data__keyvalueheads, name='' + (name_prefix or 'data') + '.key_value_heads', rule='minimum')
                if data__keyvalueheads > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.key_value_heads must be smaller than or equal to 100000', value=data__keyvalueheads, name='' + (name_prefix or 'data') + '.key_value_heads', rule='maximum')
        if 'kernel_width' in data_keys:
            data_keys.remove('kernel_width')
            data__kernelwidth = data['kernel_width']
            if not isinstance(data__kernelwidth, int) and (not (isinstance(data__kernelwidth, float) and data__kernelwidth.is_integer())) or isinstance(data__kernelwidth, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel_width must be integer', value=data__kernelwidth, name='' + (name_prefix or 'data') + '.kernel_width', rule='type')
            if isinstance(data__kernelwidth, (int, float, Decimal)) and (not isinstance(data__kernelwidth, bool)):
                if data__kernelwidth < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel_width must be bigger than or equal to 1', value=data__kernelwidth, name='' + (name_prefix or 'data') + '.kernel_width', rule='minimum')
                if data__kernelwidth > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel_width must be smaller than or equal to 1000', value=data__kernelwidth, name='' + (name_prefix or 'data') + '.kernel_width', rule='maximum')
        if 'padding' in data_keys:
            data_keys.remove('padding')
            data__padding = data['padding']
            if not isinstance(data__padding, int) and (not (isinstance(data__padding, float) and data__padding.is_integer())) or isinstance(data__padding, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding must be integer', value=data__padding, name='' + (name_prefix or 'data') + '.padding', rule='type')
            if isinstance(data__padding, (int, float, Decimal)) and (not isinstance(data__padding, bool)):
                if data__padding < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding must be bigger than or equal to 0', value=data__padding, name='' + (name_prefix or 'data') + '.padding', rule='minimum')
                if data__padding > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding must be smaller than or equal to 1000', value=data__padding, name='' + (name_prefix or 'data') + '.padding', rule='maximum')
        if 'padding_width' in data_keys:
            data_keys.remove('padding_width')
            data__paddingwidth = data['padding_width']
            if not isinstance(data__paddingwidth, int) and (not (isinstance(data__paddingwidth, float) and data__paddingwidth.is_integer())) or isinstance(data__paddingwidth, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding_width must be integer', value=data__paddingwidth, name='' + (name_prefix or 'data') + '.padding_width', rule='type')
            if isinstance(data__paddingwidth, (int, float, Decimal)) and (not isinstance(data__paddingwidth, bool)):
                if data__paddingwidth < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding_width must be bigger than or equal to 0', value=data__paddingwidth, name='' + (name_prefix or 'data') + '.padding_width', rule='minimum')
                if data__paddingwidth > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding_width must be smaller than or equal to 1000', value=data__paddingwidth, name='' + (name_prefix or 'data') + '.padding_width', rule='maximum')
        if 'ceil' in data_keys:
            data_keys.remove('ceil')
            data__ceil = data['ceil']
            if not isinstance(data__ceil, int) and (not (isinstance(data__ceil, float) and data__ceil.is_integer())) or isinstance(data__ceil, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.ceil must be integer', value=data__ceil, name='' + (name_prefix or 'data') + '.ceil', rule='type')
            if isinstance(data__ceil, (int, float, Decimal)) and (not isinstance(data__ceil, bool)):
                if data__ceil < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.ceil must be bigger than or equal to 0', value=data__ceil, name='' + (name_prefix or 'data') + '.ceil', rule='minimum')
                if data__ceil > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.ceil must be smaller than or equal to 1', value=data__ceil, name='' + (name_prefix or 'data') + '.ceil', rule='maximum')
        if 'resolution' in data_keys:
            data_keys.remove('resolution')
            data__resolution = data['resolution']
            if not isinstance(data__resolution, int) and (not (isinstance(data__resolution, float) and data__resolution.is_integer())) or isinstance(data__resolution, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be integer', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='type')
            if isinstance(data__resolution, (int, float, Decimal)) and (not isinstance(data__resolution, bool)):
                if data__resolution < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be bigger than or equal to 1', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='minimum')
                if data__resolution > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be smaller than or equal to 100000', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='maximum')
        if 'resolution_width' in data_keys:
            data_keys.remove('resolution_width')
            data__resolutionwidth = data['resolution_width']
            if not isinstance(data__resolutionwidth, int) and (not (isinstance(data__resolutionwidth, float) and data__resolutionwidth.is_integer())) or isinstance(data__resolutionwidth, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution_width must be integer', value=data__resolutionwidth, name='' + (name_prefix or 'data') + '.resolution_width', rule='type')
            if isinstance(data__resolutionwidth, (int, float, Decimal)) and (not isinstance(data__resolutionwidth, bool)):
                if data__resolutionwidth < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution_width must be bigger than or equal to 1', value=data__resolutionwidth, name='' + (name_prefix or 'data') + '.resolution_width', rule='minimum')
                if data__resolutionwidth > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution_width must be smaller than or equal to 100000', value=data__resolutionwidth, name='' + (name_prefix or 'data') + '.resolution_width', rule='maximum')
        if 'parameters' in data_keys:
            data_keys.remove('parameters')
            data__parameters = data['parameters']
            if not isinstance(data__parameters, int) and (not (isinstance(data__parameters, float) and data__parameters.is_integer())) or isinstance(data__parameters, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.parameters must be integer', value=data__parameters, name='' + (name_prefix or 'data') + '.parameters', rule='type')
            if isinstance(data__parameters, (int, float, Decimal)) and (not isinstance(data__parameters, bool)):
                if data__parameters < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.parameters must be bigger than or equal to 0', value=data__parameters, name='' + (name_prefix or 'data') + '.parameters', rule='minimum')
                if data__parameters > 1000000000000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.parameters must be smaller than or equal to 1000000000000000', value=data__parameters, name='' + (name_prefix or 'data') + '.parameters', rule='maximum')
        if 'flops' in data_keys:
            data_keys.remove('flops')
            data__flops = data['flops']
            if not isinstance(data__flops, int) and (not (isinstance(data__flops, float) and data__flops.is_integer())) or isinstance(data__flops, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.flops must be integer', value=data__flops, name='' + (name_prefix or 'data') + '.flops', rule='type')
            if isinstance(data__flops, (int, float, Decimal)) and (not isinstance(data__flops, bool)):
                if data__flops < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.flops must be bigger than or equal to 0', value=data__flops, name='' + (name_prefix or 'data') + '.flops', rule='minimum')
                if data__flops > 1000000000000000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.flops must be smaller than or equal to 1000000000000000000', value=data__flops, name='' + (name_prefix or 'data') + '.flops', rule='maximum')
        if 'start' in data_keys:
            data_keys.remove('start')
            data__start = data['start']
            if not isinstance(data__start, int) and (not (isinstance(data__start, float) and data__start.is_integer())) or isinstance(data__start, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.start must be integer', value=data__start, name='' + (name_prefix or 'data') + '.start', rule='type')
            if isinstance(data__start, (int, float, Decimal)) and (not isinstance(data__start, bool)):
                if data__start < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.start must be bigger than or equal to 0', value=data__start, name='' + (name_prefix or 'data') + '.start', rule='minimum')
                if data__start > 1000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.start must be smaller than or equal to 1000000', value=data__start, name='' + (name_prefix or 'data') + '.start', rule='maximum')
        if 'mode' in data_keys:
            data_keys.remove('mode')
            data__mode = data['mode']
            if not (isinstance(data__mode, str) and data__mode == 'max' or (isinstance(data__mode, str) and data__mode == 'average') or (isinstance(data__mode, str) and data__mode == 'nearest') or (isinstance(data__mode, str) and data__mode == 'bilinear')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".mode must be one of ['max', 'average', 'nearest', 'bilinear']", value=data__mode, name='' + (name_prefix or 'data') + '.mode', rule='enum')
        if 'operation' in data_keys:
            data_keys.remove('operation')
            data__operation = data['operation']
            if not (isinstance(data__operation, str) and data__operation == 'sum' or (isinstance(data__operation, str) and data__operation == 'product') or (isinstance(data__operation, str) and data__operation == 'maximum') or (isinstance(data__operation, str) and data__operation == 'minimum') or (isinstance(data__operation, str) and data__operation == 'mean') or (isinstance(data__operation, str) and data__operation == 'difference') or (isinstance(data__operation, str) and data__operation == 'quotient')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".operation must be one of ['sum', 'product', 'maximum', 'minimum', 'mean', 'difference', 'quotient']", value=data__operation, name='' + (name_prefix or 'data') + '.operation', rule='enum')
        if 'activation' in data_keys:
            data_keys.remove('activation')
            data__activation = data['activation']
            if not (isinstance(data__activation, str) and data__activation == 'relu' or (isinstance(data__activation, str) and data__activation == 'relu6') or (isinstance(data__activation, str) and data__activation == 'leaky_relu') or (isinstance(data__activation, str) and data__activation == 'gelu') or (isinstance(data__activation, str) and data__activation == 'silu') or (isinstance(data__activation, str) and data__activation == 'hardswish') or (isinstance(data__activation, str) and data__activation == 'hardsigmoid') or (isinstance(data__activation, str) and data__activation == 'sigmoid') or (isinstance(data__activation, str) and data__activation == 'tanh') or (isinstance(data__activation, str) and data__activation == 'softmax') or (isinstance(data__activation, str) and data__activation == 'elu') or (isinstance(data__activation, str) and data__activation == 'mish') or (isinstance(data__activation, str) and data__activation == 'none')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".activation must be one of ['relu', 'relu6', 'leaky_relu', 'gelu', 'silu', 'hardswish', 'hardsigmoid', 'sigmoid', 'tanh', 'softmax', 'elu', 'mish', 'none']", value=data__activation, name='' + (name_prefix or 'data') + '.activation', rule='enum')
        if 'order' in data_keys:
            data_keys.remove('order')
            data__order = data['order']
            if not (isinstance(data__order, str) and data__order == 'relu-conv-bn' or (isinstance(data__order, str) and data__order == 'conv-bn-relu')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".order must be one of ['relu-conv-bn', 'conv-bn-relu']", value=data__order, name='' + (name_prefix or 'data') + '.order', rule='enum')
        if 'norm' in data_keys:
            data_keys.remove('norm')
            data__norm = data['norm']
            if not (isinstance(data__norm, str) and data__norm == 'batch' or (isinstance(data__norm, str) and data__norm == 'layer') or (isinstance(data__norm, str) and data__norm == 'group') or (isinstance(data__norm, str) and data__norm == 'instance') or (isinstance(data__norm, str) and data__norm == 'rms') or (isinstance(data__norm, str) and data__norm == 'none')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".norm must be one of ['batch', 'layer', 'group', 'instance', 'rms', 'none']", value=data__norm, name='' + (name_prefix or 'data') + '.norm', rule='enum')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_cell(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['nodes']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'role' in data_keys:
            data_keys.remove('role')
            data__role = data['role']
            if not isinstance(data__role, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.role must be string', value=data__role, name='' + (name_prefix or 'data') + '.role', rule='type')
            if isinstance(data__role, str):
                data__role_len = len(data__role)
                if data__role_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.role must be shorter than or equal to 100 characters', value=data__role, name='' + (name_prefix or 'data') + '.role', rule='maxLength')
        if 'channels' in data_keys:
            data_keys.remove('channels')
            data__channels = data['channels']
            if not (isinstance(data__channels, str) and data__channels == 'same' or (isinstance(data__channels, str) and data__channels == 'split') or (isinstance(data__channels, str) and data__channels == 'stack') or (isinstance(data__channels, str) and data__channels == 'own')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".channels must be one of ['same', 'split', 'stack', 'own']", value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='enum')
        if 'nodes' in data_keys:
            data_keys.remove('nodes')
            data__nodes = data['nodes']
            if not isinstance(data__nodes, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.nodes must be array', value=data__nodes, name='' + (name_prefix or 'data') + '.nodes', rule='type')
            data__nodes_is_list = isinstance(data__nodes, (list, tuple))
            if data__nodes_is_list:
                data__nodes_len = len(data__nodes)
                if data__nodes_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.nodes must contain at least 1 items', value=data__nodes, name='' + (name_prefix or 'data') + '.nodes', rule='minItems')
                if data__nodes_len > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.nodes must contain less than or equal to 1000 items', value=data__nodes, name='' + (name_prefix or 'data') + '.nodes', rule='maxItems')
                for data__nodes_x, data__nodes_item in enumerate(data__nodes):
                    validate___definitions_node(data__nodes_item, custom_formats, (name_prefix or 'data') + '.nodes[{data__nodes_x}]'.format(**locals()))
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_node(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['id']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'id' in data_keys:
            data_keys.remove('id')
            data__id = data['id']
            if not isinstance(data__id, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.id must be string', value=data__id, name='' + (name_prefix or 'data') + '.id', rule='type')
            if isinstance(data__id, str):
                data__id_len = len(data__id)
                if data__id_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.id must be longer than or equal to 1 characters', value=data__id, name='' + (name_prefix or 'data') + '.id', rule='minLength')
                if data__id_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.id must be shorter than or equal to 200 characters', value=data__id, name='' + (name_prefix or 'data') + '.id', rule='maxLength')
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
        if 'candidates' in data_keys:
            data_keys.remove('candidates')
            data__candidates = data['candidates']
            if not isinstance(data__candidates, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.candidates must be array', value=data__candidates, name='' + (name_prefix or 'data') + '.candidates', rule='type')
            data__candidates_is_list = isinstance(data__candidates, (list, tuple))
            if data__candidates_is_list:
                data__candidates_len = len(data__candidates)
                if data__candidates_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.candidates must contain at least 1 items', value=data__candidates, name='' + (name_prefix or 'data') + '.candidates', rule='minItems')
                if data__candidates_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.candidates must contain less than or equal to 100 items', value=data__candidates, name='' + (name_prefix or 'data') + '.candidates', rule='maxItems')

                def fn(var):
                    return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
                if data__candidates_len > len(set((fn(data__candidates_x) for data__candidates_x in data__candidates))):
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.candidates must contain unique items', value=data__candidates, name='' + (name_prefix or 'data') + '.candidates', rule='uniqueItems')
                for data__candidates_x, data__candidates_item in enumerate(data__candidates):
                    if not isinstance(data__candidates_item, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.candidates[{data__candidates_x}]'.format(**locals()) + ' must be string', value=data__candidates_item, name='' + (name_prefix or 'data') + '.candidates[{data__candidates_x}]'.format(**locals()) + '', rule='type')
                    if isinstance(data__candidates_item, str):
                        data__candidates_item_len = len(data__candidates_item)
                        if data__candidates_item_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.candidates[{data__candidates_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__candidates_item, name='' + (name_prefix or 'data') + '.candidates[{data__candidates_x}]'.format(**locals()) + '', rule='minLength')
                        if data__candidates_item_len > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.candidates[{data__candidates_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__candidates_item, name='' + (name_prefix or 'data') + '.candidates[{data__candidates_x}]'.format(**locals()) + '', rule='maxLength')
        if 'inputs' in data_keys:
            data_keys.remove('inputs')
            data__inputs = data['inputs']
            if not isinstance(data__inputs, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs must be array', value=data__inputs, name='' + (name_prefix or 'data') + '.inputs', rule='type')
            data__inputs_is_list = isinstance(data__inputs, (list, tuple))
            if data__inputs_is_list:
                data__inputs_len = len(data__inputs)
                if data__inputs_len > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs must contain less than or equal to 1000 items', value=data__inputs, name='' + (name_prefix or 'data') + '.inputs', rule='maxItems')
                for data__inputs_x, data__inputs_item in enumerate(data__inputs):
                    if not isinstance(data__inputs_item, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs[{data__inputs_x}]'.format(**locals()) + ' must be string', value=data__inputs_item, name='' + (name_prefix or 'data') + '.inputs[{data__inputs_x}]'.format(**locals()) + '', rule='type')
                    if isinstance(data__inputs_item, str):
                        data__inputs_item_len = len(data__inputs_item)
                        if data__inputs_item_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs[{data__inputs_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__inputs_item, name='' + (name_prefix or 'data') + '.inputs[{data__inputs_x}]'.format(**locals()) + '', rule='minLength')
                        if data__inputs_item_len > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs[{data__inputs_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__inputs_item, name='' + (name_prefix or 'data') + '.inputs[{data__inputs_x}]'.format(**locals()) + '', rule='maxLength')
        if 'join' in data_keys:
            data_keys.remove('join')
            data__join = data['join']
            if not (isinstance(data__join, str) and data__join == 'sum' or (isinstance(data__join, str) and data__join == 'concat') or (isinstance(data__join, str) and data__join == 'product') or (isinstance(data__join, str) and data__join == 'mean')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".join must be one of ['sum', 'concat', 'product', 'mean']", value=data__join, name='' + (name_prefix or 'data') + '.join', rule='enum')
        if 'role' in data_keys:
            data_keys.remove('role')
            data__role = data['role']
            if not isinstance(data__role, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.role must be string', value=data__role, name='' + (name_prefix or 'data') + '.role', rule='type')
            if isinstance(data__role, str):
                data__role_len = len(data__role)
                if data__role_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.role must be shorter than or equal to 100 characters', value=data__role, name='' + (name_prefix or 'data') + '.role', rule='maxLength')
        if 'attributes' in data_keys:
            data_keys.remove('attributes')
            data__attributes = data['attributes']
            validate___definitions_attributes(data__attributes, custom_formats, (name_prefix or 'data') + '.attributes')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_operator(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['text']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'text' in data_keys:
            data_keys.remove('text')
            data__text = data['text']
            if not isinstance(data__text, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.text must be string', value=data__text, name='' + (name_prefix or 'data') + '.text', rule='type')
            if isinstance(data__text, str):
                data__text_len = len(data__text)
                if data__text_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.text must be longer than or equal to 1 characters', value=data__text, name='' + (name_prefix or 'data') + '.text', rule='minLength')
                if data__text_len > 2000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.text must be shorter than or equal to 2000 characters', value=data__text, name='' + (name_prefix or 'data') + '.text', rule='maxLength')
        if 'kind' in data_keys:
            data_keys.remove('kind')
            data__kind = data['kind']
            if not (isinstance(data__kind, str) and data__kind == 'input' or (isinstance(data__kind, str) and data__kind == 'output') or (isinstance(data__kind, str) and data__kind == 'none') or (isinstance(data__kind, str) and data__kind == 'identity') or (isinstance(data__kind, str) and data__kind == 'flatten') or (isinstance(data__kind, str) and data__kind == 'reshape') or (isinstance(data__kind, str) and data__kind == 'convolution') or (isinstance(data__kind, str) and data__kind == 'depthwise_convolution') or (isinstance(data__kind, str) and data__kind == 'rectangular_convolution') or (isinstance(data__kind, str) and data__kind == 'transposed_convolution') or (isinstance(data__kind, str) and data__kind == 'one_dimensional_convolution') or (isinstance(data__kind, str) and data__kind == 'lightweight_convolution') or (isinstance(data__kind, str) and data__kind == 'patch_embedding') or (isinstance(data__kind, str) and data__kind == 'separable_convolution') or (isinstance(data__kind, str) and data__kind == 'dilated_convolution') or (isinstance(data__kind, str) and data__kind == 'inverted_residual') or (isinstance(data__kind, str) and data__kind == 'fused_inverted_residual') or (isinstance(data__kind, str) and data__kind == 'basic_block') or (isinstance(data__kind, str) and data__kind == 'bottleneck') or (isinstance(data__kind, str) and data__kind == 'plain_block') or (isinstance(data__kind, str) and data__kind == 'pooled_shortcut_block') or (isinstance(data__kind, str) and data__kind == 'convnext_block') or (isinstance(data__kind, str) and data__kind == 'shufflenet_unit') or (isinstance(data__kind, str) and data__kind == 'block') or (isinstance(data__kind, str) and data__kind == 'pooling') or (isinstance(data__kind, str) and data__kind == 'global_pooling') or (isinstance(data__kind, str) and data__kind == 'sum') or (isinstance(data__kind, str) and data__kind == 'concat') or (isinstance(data__kind, str) and data__kind == 'product') or (isinstance(data__kind, str) and data__kind == 'mean') or (isinstance(data__kind, str) and data__kind == 'elementwise') or (isinstance(data__kind, str) and data__kind == 'matrix_product') or (isinstance(data__kind, str) and data__kind == 'blend') or (isinstance(data__kind, str) and data__kind == 'linear') or (isinstance(data__kind, str) and data__kind == 'embedding') or (isinstance(data__kind, str) and data__kind == 'tied_embedding') or (isinstance(data__kind, str) and data__kind == 'activation') or (isinstance(data__kind, str) and data__kind == 'normalization') or (isinstance(data__kind, str) and data__kind == 'recurrent') or (isinstance(data__kind, str) and data__kind == 'attention') or (isinstance(data__kind, str) and data__kind == 'self_attention') or (isinstance(data__kind, str) and data__kind == 'squeeze_excitation') or (isinstance(data__kind, str) and data__kind == 'feed_forward') or (isinstance(data__kind, str) and data__kind == 'gated_linear_unit') or (isinstance(data__kind, str) and data__kind == 'positional_embedding') or (isinstance(data__kind, str) and data__kind == 'class_token') or (isinstance(data__kind, str) and data__kind == 'first_token') or (isinstance(data__kind, str) and data__kind == 'patch_tokens') or (isinstance(data__kind, str) and data__kind == 'token_pooling') or (isinstance(data__kind, str) and data__kind == 'channel_shuffle') or (isinstance(data__kind, str) and data__kind == 'channel_slice') or (isinstance(data__kind, str) and data__kind == 'scale') or (isinstance(data__kind, str) and data__kind == 'pixel_unshuffle') or (isinstance(data__kind, str) and data__kind == 'upsampling') or (isinstance(data__kind, str) and data__kind == 'pixel_shuffle') or (isinstance(data__kind, str) and data__kind == 'transpose') or (isinstance(data__kind, str) and data__kind == 'other')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".kind must be one of ['input', 'output', 'none', 'identity', 'flatten', 'reshape', 'convolution', 'depthwise_convolution', 'rectangular_convolution', 'transposed_convolution', 'one_dimensional_convolution', 'lightweight_convolution', 'patch_embedding', 'separable_convolution', 'dilated_convolution', 'inverted_residual', 'fused_inverted_residual', 'basic_block', 'bottleneck', 'plain_block', 'pooled_shortcut_block', 'convnext_block', 'shufflenet_unit', 'block', 'pooling', 'global_pooling', 'sum', 'concat', 'product', 'mean', 'elementwise', 'matrix_product', 'blend', 'linear', 'embedding', 'tied_embedding', 'activation', 'normalization', 'recurrent', 'attention', 'self_attention', 'squeeze_excitation', 'feed_forward', 'gated_linear_unit', 'positional_embedding', 'class_token', 'first_token', 'patch_tokens', 'token_pooling', 'channel_shuffle', 'channel_slice', 'scale', 'pixel_unshuffle', 'upsampling', 'pixel_shuffle', 'transpose', 'other']", value=data__kind, name='' + (name_prefix or 'data') + '.kind', rule='enum')
        if 'kernel' in data_keys:
            data_keys.remove('kernel')
            data__kernel = data['kernel']
            if not isinstance(data__kernel, int) and (not (isinstance(data__kernel, float) and data__kernel.is_integer())) or isinstance(data__kernel, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel must be integer', value=data__kernel, name='' + (name_prefix or 'data') + '.kernel', rule='type')
            if isinstance(data__kernel, (int, float, Decimal)) and (not isinstance(data__kernel, bool)):
                if data__kernel < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel must be bigger than or equal to 1', value=data__kernel, name='' + (name_prefix or 'data') + '.kernel', rule='minimum')
                if data__kernel > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel must be smaller than or equal to 1000', value=data__kernel, name='' + (name_prefix or 'data') + '.kernel', rule='maximum')
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
        if 'dilation' in data_keys:
            data_keys.remove('dilation')
            data__dilation = data['dilation']
            if not isinstance(data__dilation, int) and (not (isinstance(data__dilation, float) and data__dilation.is_integer())) or isinstance(data__dilation, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dilation must be integer', value=data__dilation, name='' + (name_prefix or 'data') + '.dilation', rule='type')
            if isinstance(data__dilation, (int, float, Decimal)) and (not isinstance(data__dilation, bool)):
                if data__dilation < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dilation must be bigger than or equal to 1', value=data__dilation, name='' + (name_prefix or 'data') + '.dilation', rule='minimum')
                if data__dilation > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.dilation must be smaller than or equal to 1000', value=data__dilation, name='' + (name_prefix or 'data') + '.dilation', rule='maximum')
        if 'groups' in data_keys:
            data_keys.remove('groups')
            data__groups = data['groups']
            if not isinstance(data__groups, int) and (not (isinstance(data__groups, float) and data__groups.is_integer())) or isinstance(data__groups, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.groups must be integer', value=data__groups, name='' + (name_prefix or 'data') + '.groups', rule='type')
            if isinstance(data__groups, (int, float, Decimal)) and (not isinstance(data__groups, bool)):
                if data__groups < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.groups must be bigger than or equal to 1', value=data__groups, name='' + (name_prefix or 'data') + '.groups', rule='minimum')
                if data__groups > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.groups must be smaller than or equal to 100000', value=data__groups, name='' + (name_prefix or 'data') + '.groups', rule='maximum')
        if 'expansion' in data_keys:
            data_keys.remove('expansion')
            data__expansion = data['expansion']
            if not isinstance(data__expansion, (int, float, Decimal)) or isinstance(data__expansion, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.expansion must be number', value=data__expansion, name='' + (name_prefix or 'data') + '.expansion', rule='type')
            if isinstance(data__expansion, (int, float, Decimal)) and (not isinstance(data__expansion, bool)):
                if data__expansion > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.expansion must be smaller than or equal to 1000', value=data__expansion, name='' + (name_prefix or 'data') + '.expansion', rule='maximum')
                if data__expansion <= 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.expansion must be bigger than 0', value=data__expansion, name='' + (name_prefix or 'data') + '.expansion', rule='exclusiveMinimum')
        if 'repeats' in data_keys:
            data_keys.remove('repeats')
            data__repeats = data['repeats']
            if not isinstance(data__repeats, int) and (not (isinstance(data__repeats, float) and data__repeats.is_integer())) or isinstance(data__repeats, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be integer', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='type')
            if isinstance(data__repeats, (int, float, Decimal)) and (not isinstance(data__repeats, bool)):
                if data__repeats < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be bigger than or equal to 1', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='minimum')
                if data__repeats > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be smaller than or equal to 1000', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='maximum')
        if 'channels' in data_keys:
            data_keys.remove('channels')
            data__channels = data['channels']
            if not isinstance(data__channels, int) and (not (isinstance(data__channels, float) and data__channels.is_integer())) or isinstance(data__channels, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be integer', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='type')
            if isinstance(data__channels, (int, float, Decimal)) and (not isinstance(data__channels, bool)):
                if data__channels < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be bigger than or equal to 1', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='minimum')
                if data__channels > 1000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.channels must be smaller than or equal to 1000000', value=data__channels, name='' + (name_prefix or 'data') + '.channels', rule='maximum')
        if 'heads' in data_keys:
            data_keys.remove('heads')
            data__heads = data['heads']
            if not isinstance(data__heads, int) and (not (isinstance(data__heads, float) and data__heads.is_integer())) or isinstance(data__heads, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.heads must be integer', value=data__heads, name='' + (name_prefix or 'data') + '.heads', rule='type')
            if isinstance(data__heads, (int, float, Decimal)) and (not isinstance(data__heads, bool)):
                if data__heads < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.heads must be bigger than or equal to 1', value=data__heads, name='' + (name_prefix or 'data') + '.heads', rule='minimum')
                if data__heads > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.heads must be smaller than or equal to 100000', value=data__heads, name='' + (name_prefix or 'data') + '.heads', rule='maximum')
        if 'squeeze' in data_keys:
            data_keys.remove('squeeze')
            data__squeeze = data['squeeze']
            if not isinstance(data__squeeze, (int, float, Decimal)) or isinstance(data__squeeze, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze must be number', value=data__squeeze, name='' + (name_prefix or 'data') + '.squeeze', rule='type')
            if isinstance(data__squeeze, (int, float, Decimal)) and (not isinstance(data__squeeze, bool)):
                if data__squeeze < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze must be bigger than or equal to 0', value=data__squeeze, name='' + (name_prefix or 'data') + '.squeeze', rule='minimum')
                if data__squeeze > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze must be smaller than or equal to 1', value=data__squeeze, name='' + (name_prefix or 'data') + '.squeeze', rule='maximum')
        if 'squeeze_of' in data_keys:
            data_keys.remove('squeeze_of')
            data__squeezeof = data['squeeze_of']
            if not (isinstance(data__squeezeof, str) and data__squeezeof == 'input' or (isinstance(data__squeezeof, str) and data__squeezeof == 'expanded')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".squeeze_of must be one of ['input', 'expanded']", value=data__squeezeof, name='' + (name_prefix or 'data') + '.squeeze_of', rule='enum')
        if 'squeeze_multiple' in data_keys:
            data_keys.remove('squeeze_multiple')
            data__squeezemultiple = data['squeeze_multiple']
            if not isinstance(data__squeezemultiple, int) and (not (isinstance(data__squeezemultiple, float) and data__squeezemultiple.is_integer())) or isinstance(data__squeezemultiple, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze_multiple must be integer', value=data__squeezemultiple, name='' + (name_prefix or 'data') + '.squeeze_multiple', rule='type')
            if isinstance(data__squeezemultiple, (int, float, Decimal)) and (not isinstance(data__squeezemultiple, bool)):
                if data__squeezemultiple < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze_multiple must be bigger than or equal to 1', value=data__squeezemultiple, name='' + (name_prefix or 'data') + '.squeeze_multiple', rule='minimum')
                if data__squeezemultiple > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.squeeze_multiple must be smaller than or equal to 1000', value=data__squeezemultiple, name='' + (name_prefix or 'data') + '.squeeze_multiple', rule='maximum')
        if 'squeeze_activation' in data_keys:
            data_keys.remove('squeeze_activation')
            data__squeezeactivation = data['squeeze_activation']
            if not (isinstance(data__squeezeactivation, str) and data__squeezeactivation == 'relu' or (isinstance(data__squeezeactivation, str) and data__squeezeactivation == 'silu')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".squeeze_activation must be one of ['relu', 'silu']", value=data__squeezeactivation, name='' + (name_prefix or 'data') + '.squeeze_activation', rule='enum')
        if 'gate' in data_keys:
            data_keys.remove('gate')
            data__gate = data['gate']
            if not (isinstance(data__gate, str) and data__gate == 'sigmoid' or (isinstance(data__gate, str) and data__gate == 'hardsigmoid')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".gate must be one of ['sigmoid', 'hardsigmoid']", value=data__gate, name='' + (name_prefix or 'data') + '.gate', rule='enum')
        if 'expand' in data_keys:
            data_keys.remove('expand')
            data__expand = data['expand']
            if not (isinstance(data__expand, str) and data__expand == 'when_wider' or (isinstance(data__expand, str) and data__expand == 'always')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".expand must be one of ['when_wider', 'always']", value=data__expand, name='' + (name_prefix or 'data') + '.expand', rule='enum')
        if 'head_width' in data_keys:
            data_keys.remove('head_width')
            data__headwidth = data['head_width']
            if not isinstance(data__headwidth, int) and (not (isinstance(data__headwidth, float) and data__headwidth.is_integer())) or isinstance(data__headwidth, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.head_width must be integer', value=data__headwidth, name='' + (name_prefix or 'data') + '.head_width', rule='type')
            if isinstance(data__headwidth, (int, float, Decimal)) and (not isinstance(data__headwidth, bool)):
                if data__headwidth < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.head_width must be bigger than or equal to 1', value=data__headwidth, name='' + (name_prefix or 'data') + '.head_width', rule='minimum')
                if data__headwidth > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.head_width must be smaller than or equal to 100000', value=data__headwidth, name='' + (name_prefix or 'data') + '.head_width', rule='maximum')
        if 'bias' in data_keys:
            data_keys.remove('bias')
            data__bias = data['bias']
            if not isinstance(data__bias, int) and (not (isinstance(data__bias, float) and data__bias.is_integer())) or isinstance(data__bias, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.bias must be integer', value=data__bias, name='' + (name_prefix or 'data') + '.bias', rule='type')
            if isinstance(data__bias, (int, float, Decimal)) and (not isinstance(data__bias, bool)):
                if data__bias < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.bias must be bigger than or equal to 0', value=data__bias, name='' + (name_prefix or 'data') + '.bias', rule='minimum')
                if data__bias > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.bias must be smaller than or equal to 1', value=data__bias, name='' + (name_prefix or 'data') + '.bias', rule='maximum')
        if 'query_bias' in data_keys:
            data_keys.remove('query_bias')
            data__querybias = data['query_bias']
            if not isinstance(data__querybias, int) and (not (isinstance(data__querybias, float) and data__querybias.is_integer())) or isinstance(data__querybias, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.query_bias must be integer', value=data__querybias, name='' + (name_prefix or 'data') + '.query_bias', rule='type')
            if isinstance(data__querybias, (int, float, Decimal)) and (not isinstance(data__querybias, bool)):
                if data__querybias < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.query_bias must be bigger than or equal to 0', value=data__querybias, name='' + (name_prefix or 'data') + '.query_bias', rule='minimum')
                if data__querybias > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.query_bias must be smaller than or equal to 1', value=data__querybias, name='' + (name_prefix or 'data') + '.query_bias', rule='maximum')
        if 'key_value_heads' in data_keys:
            data_keys.remove('key_value_heads')
            data__keyvalueheads = data['key_value_heads']
            if not isinstance(data__keyvalueheads, int) and (not (isinstance(data__keyvalueheads, float) and data__keyvalueheads.is_integer())) or isinstance(data__keyvalueheads, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.key_value_heads must be integer', value=data__keyvalueheads, name='' + (name_prefix or 'data') + '.key_value_heads', rule='type')
            if isinstance(data__keyvalueheads, (int, float, Decimal)) and (not isinstance(data__keyvalueheads, bool)):
                if data__keyvalueheads < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.key_value_heads must be bigger than or equal to 1', value=data__keyvalueheads, name='' + (name_prefix or 'data') + '.key_value_heads', rule='minimum')
                if data__keyvalueheads > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.key_value_heads must be smaller than or equal to 100000', value=data__keyvalueheads, name='' + (name_prefix or 'data') + '.key_value_heads', rule='maximum')
        if 'kernel_width' in data_keys:
            data_keys.remove('kernel_width')
            data__kernelwidth = data['kernel_width']
            if not isinstance(data__kernelwidth, int) and (not (isinstance(data__kernelwidth, float) and data__kernelwidth.is_integer())) or isinstance(data__kernelwidth, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel_width must be integer', value=data__kernelwidth, name='' + (name_prefix or 'data') + '.kernel_width', rule='type')
            if isinstance(data__kernelwidth, (int, float, Decimal)) and (not isinstance(data__kernelwidth, bool)):
                if data__kernelwidth < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel_width must be bigger than or equal to 1', value=data__kernelwidth, name='' + (name_prefix or 'data') + '.kernel_width', rule='minimum')
                if data__kernelwidth > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kernel_width must be smaller than or equal to 1000', value=data__kernelwidth, name='' + (name_prefix or 'data') + '.kernel_width', rule='maximum')
        if 'padding' in data_keys:
            data_keys.remove('padding')
            data__padding = data['padding']
            if not isinstance(data__padding, int) and (not (isinstance(data__padding, float) and data__padding.is_integer())) or isinstance(data__padding, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding must be integer', value=data__padding, name='' + (name_prefix or 'data') + '.padding', rule='type')
            if isinstance(data__padding, (int, float, Decimal)) and (not isinstance(data__padding, bool)):
                if data__padding < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding must be bigger than or equal to 0', value=data__padding, name='' + (name_prefix or 'data') + '.padding', rule='minimum')
                if data__padding > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding must be smaller than or equal to 1000', value=data__padding, name='' + (name_prefix or 'data') + '.padding', rule='maximum')
        if 'padding_width' in data_keys:
            data_keys.remove('padding_width')
            data__paddingwidth = data['padding_width']
            if not isinstance(data__paddingwidth, int) and (not (isinstance(data__paddingwidth, float) and data__paddingwidth.is_integer())) or isinstance(data__paddingwidth, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding_width must be integer', value=data__paddingwidth, name='' + (name_prefix or 'data') + '.padding_width', rule='type')
            if isinstance(data__paddingwidth, (int, float, Decimal)) and (not isinstance(data__paddingwidth, bool)):
                if data__paddingwidth < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding_width must be bigger than or equal to 0', value=data__paddingwidth, name='' + (name_prefix or 'data') + '.padding_width', rule='minimum')
                if data__paddingwidth > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.padding_width must be smaller than or equal to 1000', value=data__paddingwidth, name='' + (name_prefix or 'data') + '.padding_width', rule='maximum')
        if 'ceil' in data_keys:
            data_keys.remove('ceil')
            data__ceil = data['ceil']
            if not isinstance(data__ceil, int) and (not (isinstance(data__ceil, float) and data__ceil.is_integer())) or isinstance(data__ceil, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.ceil must be integer', value=data__ceil, name='' + (name_prefix or 'data') + '.ceil', rule='type')
            if isinstance(data__ceil, (int, float, Decimal)) and (not isinstance(data__ceil, bool)):
                if data__ceil < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.ceil must be bigger than or equal to 0', value=data__ceil, name='' + (name_prefix or 'data') + '.ceil', rule='minimum')
                if data__ceil > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.ceil must be smaller than or equal to 1', value=data__ceil, name='' + (name_prefix or 'data') + '.ceil', rule='maximum')
        if 'resolution' in data_keys:
            data_keys.remove('resolution')
            data__resolution = data['resolution']
            if not isinstance(data__resolution, int) and (not (isinstance(data__resolution, float) and data__resolution.is_integer())) or isinstance(data__resolution, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be integer', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='type')
            if isinstance(data__resolution, (int, float, Decimal)) and (not isinstance(data__resolution, bool)):
                if data__resolution < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be bigger than or equal to 1', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='minimum')
                if data__resolution > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be smaller than or equal to 100000', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='maximum')
        if 'resolution_width' in data_keys:
            data_keys.remove('resolution_width')
            data__resolutionwidth = data['resolution_width']
            if not isinstance(data__resolutionwidth, int) and (not (isinstance(data__resolutionwidth, float) and data__resolutionwidth.is_integer())) or isinstance(data__resolutionwidth, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution_width must be integer', value=data__resolutionwidth, name='' + (name_prefix or 'data') + '.resolution_width', rule='type')
            if isinstance(data__resolutionwidth, (int, float, Decimal)) and (not isinstance(data__resolutionwidth, bool)):
                if data__resolutionwidth < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution_width must be bigger than or equal to 1', value=data__resolutionwidth, name='' + (name_prefix or 'data') + '.resolution_width', rule='minimum')
                if data__resolutionwidth > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution_width must be smaller than or equal to 100000', value=data__resolutionwidth, name='' + (name_prefix or 'data') + '.resolution_width', rule='maximum')
        if 'parameters' in data_keys:
            data_keys.remove('parameters')
            data__parameters = data['parameters']
            if not isinstance(data__parameters, int) and (not (isinstance(data__parameters, float) and data__parameters.is_integer())) or isinstance(data__parameters, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.parameters must be integer', value=data__parameters, name='' + (name_prefix or 'data') + '.parameters', rule='type')
            if isinstance(data__parameters, (int, float, Decimal)) and (not isinstance(data__parameters, bool)):
                if data__parameters < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.parameters must be bigger than or equal to 0', value=data__parameters, name='' + (name_prefix or 'data') + '.parameters', rule='minimum')
                if data__parameters > 1000000000000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.parameters must be smaller than or equal to 1000000000000000', value=data__parameters, name='' + (name_prefix or 'data') + '.parameters', rule='maximum')
        if 'flops' in data_keys:
            data_keys.remove('flops')
            data__flops = data['flops']
            if not isinstance(data__flops, int) and (not (isinstance(data__flops, float) and data__flops.is_integer())) or isinstance(data__flops, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.flops must be integer', value=data__flops, name='' + (name_prefix or 'data') + '.flops', rule='type')
            if isinstance(data__flops, (int, float, Decimal)) and (not isinstance(data__flops, bool)):
                if data__flops < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.flops must be bigger than or equal to 0', value=data__flops, name='' + (name_prefix or 'data') + '.flops', rule='minimum')
                if data__flops > 1000000000000000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.flops must be smaller than or equal to 1000000000000000000', value=data__flops, name='' + (name_prefix or 'data') + '.flops', rule='maximum')
        if 'start' in data_keys:
            data_keys.remove('start')
            data__start = data['start']
            if not isinstance(data__start, int) and (not (isinstance(data__start, float) and data__start.is_integer())) or isinstance(data__start, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.start must be integer', value=data__start, name='' + (name_prefix or 'data') + '.start', rule='type')
            if isinstance(data__start, (int, float, Decimal)) and (not isinstance(data__start, bool)):
                if data__start < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.start must be bigger than or equal to 0', value=data__start, name='' + (name_prefix or 'data') + '.start', rule='minimum')
                if data__start > 1000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.start must be smaller than or equal to 1000000', value=data__start, name='' + (name_prefix or 'data') + '.start', rule='maximum')
        if 'mode' in data_keys:
            data_keys.remove('mode')
            data__mode = data['mode']
            if not (isinstance(data__mode, str) and data__mode == 'max' or (isinstance(data__mode, str) and data__mode == 'average') or (isinstance(data__mode, str) and data__mode == 'nearest') or (isinstance(data__mode, str) and data__mode == 'bilinear')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".mode must be one of ['max', 'average', 'nearest', 'bilinear']", value=data__mode, name='' + (name_prefix or 'data') + '.mode', rule='enum')
        if 'operation' in data_keys:
            data_keys.remove('operation')
            data__operation = data['operation']
            if not (isinstance(data__operation, str) and data__operation == 'sum' or (isinstance(data__operation, str) and data__operation == 'product') or (isinstance(data__operation, str) and data__operation == 'maximum') or (isinstance(data__operation, str) and data__operation == 'minimum') or (isinstance(data__operation, str) and data__operation == 'mean') or (isinstance(data__operation, str) and data__operation == 'difference') or (isinstance(data__operation, str) and data__operation == 'quotient')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".operation must be one of ['sum', 'product', 'maximum', 'minimum', 'mean', 'difference', 'quotient']", value=data__operation, name='' + (name_prefix or 'data') + '.operation', rule='enum')
        if 'activation' in data_keys:
            data_keys.remove('activation')
            data__activation = data['activation']
            if not (isinstance(data__activation, str) and data__activation == 'relu' or (isinstance(data__activation, str) and data__activation == 'relu6') or (isinstance(data__activation, str) and data__activation == 'leaky_relu') or (isinstance(data__activation, str) and data__activation == 'gelu') or (isinstance(data__activation, str) and data__activation == 'silu') or (isinstance(data__activation, str) and data__activation == 'hardswish') or (isinstance(data__activation, str) and data__activation == 'hardsigmoid') or (isinstance(data__activation, str) and data__activation == 'sigmoid') or (isinstance(data__activation, str) and data__activation == 'tanh') or (isinstance(data__activation, str) and data__activation == 'softmax') or (isinstance(data__activation, str) and data__activation == 'elu') or (isinstance(data__activation, str) and data__activation == 'mish') or (isinstance(data__activation, str) and data__activation == 'none')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".activation must be one of ['relu', 'relu6', 'leaky_relu', 'gelu', 'silu', 'hardswish', 'hardsigmoid', 'sigmoid', 'tanh', 'softmax', 'elu', 'mish', 'none']", value=data__activation, name='' + (name_prefix or 'data') + '.activation', rule='enum')
        if 'order' in data_keys:
            data_keys.remove('order')
            data__order = data['order']
            if not (isinstance(data__order, str) and data__order == 'relu-conv-bn' or (isinstance(data__order, str) and data__order == 'conv-bn-relu')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".order must be one of ['relu-conv-bn', 'conv-bn-relu']", value=data__order, name='' + (name_prefix or 'data') + '.order', rule='enum')
        if 'norm' in data_keys:
            data_keys.remove('norm')
            data__norm = data['norm']
            if not (isinstance(data__norm, str) and data__norm == 'batch' or (isinstance(data__norm, str) and data__norm == 'layer') or (isinstance(data__norm, str) and data__norm == 'group') or (isinstance(data__norm, str) and data__norm == 'instance') or (isinstance(data__norm, str) and data__norm == 'rms') or (isinstance(data__norm, str) and data__norm == 'none')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".norm must be one of ['batch', 'layer', 'group', 'instance', 'rms', 'none']", value=data__norm, name='' + (name_prefix or 'data') + '.norm', rule='enum')
        if 'ordered' in data_keys:
            data_keys.remove('ordered')
            data__ordered = data['ordered']
            if not isinstance(data__ordered, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.ordered must be boolean', value=data__ordered, name='' + (name_prefix or 'data') + '.ordered', rule='type')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

validate_architecture = validate_urn_nasport_architecture_1
