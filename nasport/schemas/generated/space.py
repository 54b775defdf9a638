# Generated from space.schema.json by `python -m nasport.schemas.generate`.
VERSION = '2.22.3'
from decimal import Decimal
from fastjsonschema import JsonSchemaValueException, JsonSchemaValuesException
NoneType = type(None)

def validate_urn_nasport_space_1(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['format', 'version', 'name']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'format' in data_keys:
            data_keys.remove('format')
            data__format = data['format']
            if not (isinstance(data__format, str) and data__format == 'nasport-space'):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.format must be same as const definition: nasport-space', value=data__format, name='' + (name_prefix or 'data') + '.format', rule='const')
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
                if data__name_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.name must be shorter than or equal to 200 characters', value=data__name, name='' + (name_prefix or 'data') + '.name', rule='maxLength')
        if 'description' in data_keys:
            data_keys.remove('description')
            data__description = data['description']
            if not isinstance(data__description, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.description must be string', value=data__description, name='' + (name_prefix or 'data') + '.description', rule='type')
            if isinstance(data__description, str):
                data__description_len = len(data__description)
                if data__description_len > 10000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.description must be shorter than or equal to 10000 characters', value=data__description, name='' + (name_prefix or 'data') + '.description', rule='maxLength')
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
        if 'choices' in data_keys:
            data_keys.remove('choices')
            data__choices = data['choices']
            if not isinstance(data__choices, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.choices must be object', value=data__choices, name='' + (name_prefix or 'data') + '.choices', rule='type')
            data__choices_is_dict = isinstance(data__choices, dict)
            if data__choices_is_dict:
                data__choices_len = len(data__choices)
                if data__choices_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.choices must contain less than or equal to 100 properties', value=data__choices, name='' + (name_prefix or 'data') + '.choices', rule='maxProperties')
                data__choices_keys = list(data__choices)
                for data__choices_key in data__choices_keys:
                    if data__choices_key not in []:
                        data__choices_value = data__choices.get(data__choices_key)
                        validate___definitions_values(data__choices_value, custom_formats, (name_prefix or 'data') + '.choices.{data__choices_key}'.format(**locals()))
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
                    if not isinstance(data__stages_item, dict):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}]'.format(**locals()) + ' must be object', value=data__stages_item, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}]'.format(**locals()) + '', rule='type')
                    data__stages_item_is_dict = isinstance(data__stages_item, dict)
                    if data__stages_item_is_dict:
                        data__stages_item_keys = list(data__stages_item)
                        if 'cell' in data__stages_item_keys:
                            data__stages_item_keys.remove('cell')
                            data__stages_item__cell = data__stages_item['cell']
                            if not isinstance(data__stages_item__cell, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].cell'.format(**locals()) + ' must be string', value=data__stages_item__cell, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].cell'.format(**locals()) + '', rule='type')
                            if isinstance(data__stages_item__cell, str):
                                data__stages_item__cell_len = len(data__stages_item__cell)
                                if data__stages_item__cell_len < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].cell'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__stages_item__cell, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].cell'.format(**locals()) + '', rule='minLength')
                                if data__stages_item__cell_len > 200:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].cell'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__stages_item__cell, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].cell'.format(**locals()) + '', rule='maxLength')
                        if 'op' in data__stages_item_keys:
                            data__stages_item_keys.remove('op')
                            data__stages_item__op = data__stages_item['op']
                            validate___definitions_key(data__stages_item__op, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].op'.format(**locals()))
                        if 'candidates' in data__stages_item_keys:
                            data__stages_item_keys.remove('candidates')
                            data__stages_item__candidates = data__stages_item['candidates']
                            validate___definitions_candidates(data__stages_item__candidates, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].candidates'.format(**locals()))
                        if 'repeats' in data__stages_item_keys:
                            data__stages_item_keys.remove('repeats')
                            data__stages_item__repeats = data__stages_item['repeats']
                            if not isinstance(data__stages_item__repeats, (int, dict)) and (not (isinstance(data__stages_item__repeats, float) and data__stages_item__repeats.is_integer())) or isinstance(data__stages_item__repeats, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats'.format(**locals()) + ' must be integer or object', value=data__stages_item__repeats, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats'.format(**locals()) + '', rule='type')
                            if isinstance(data__stages_item__repeats, (int, float, Decimal)) and (not isinstance(data__stages_item__repeats, bool)):
                                if data__stages_item__repeats < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats'.format(**locals()) + ' must be bigger than or equal to 1', value=data__stages_item__repeats, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats'.format(**locals()) + '', rule='minimum')
                                if data__stages_item__repeats > 1000:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats'.format(**locals()) + ' must be smaller than or equal to 1000', value=data__stages_item__repeats, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats'.format(**locals()) + '', rule='maximum')
                            data__stages_item__repeats_is_dict = isinstance(data__stages_item__repeats, dict)
                            if data__stages_item__repeats_is_dict:
                                data__stages_item__repeats_keys = list(data__stages_item__repeats)
                                if 'choose' in data__stages_item__repeats_keys:
                                    data__stages_item__repeats_keys.remove('choose')
                                    data__stages_item__repeats__choose = data__stages_item__repeats['choose']
                                    validate___definitions_values(data__stages_item__repeats__choose, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].repeats.choose'.format(**locals()))
                                if 'choice' in data__stages_item__repeats_keys:
                                    data__stages_item__repeats_keys.remove('choice')
                                    data__stages_item__repeats__choice = data__stages_item__repeats['choice']
                                    if not isinstance(data__stages_item__repeats__choice, str):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats.choice'.format(**locals()) + ' must be string', value=data__stages_item__repeats__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats.choice'.format(**locals()) + '', rule='type')
                                    if isinstance(data__stages_item__repeats__choice, str):
                                        data__stages_item__repeats__choice_len = len(data__stages_item__repeats__choice)
                                        if data__stages_item__repeats__choice_len < 1:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats.choice'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__stages_item__repeats__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats.choice'.format(**locals()) + '', rule='minLength')
                                        if data__stages_item__repeats__choice_len > 200:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats.choice'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__stages_item__repeats__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats.choice'.format(**locals()) + '', rule='maxLength')
                                if 'values' in data__stages_item__repeats_keys:
                                    data__stages_item__repeats_keys.remove('values')
                                    data__stages_item__repeats__values = data__stages_item__repeats['values']
                                    validate___definitions_values(data__stages_item__repeats__values, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].repeats.values'.format(**locals()))
                                if data__stages_item__repeats_keys:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats'.format(**locals()) + ' must not contain ' + str(data__stages_item__repeats_keys) + ' properties', value=data__stages_item__repeats, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].repeats'.format(**locals()) + '', rule='additionalProperties')
                        if 'stride' in data__stages_item_keys:
                            data__stages_item_keys.remove('stride')
                            data__stages_item__stride = data__stages_item['stride']
                            if not isinstance(data__stages_item__stride, (int, dict)) and (not (isinstance(data__stages_item__stride, float) and data__stages_item__stride.is_integer())) or isinstance(data__stages_item__stride, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride'.format(**locals()) + ' must be integer or object', value=data__stages_item__stride, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride'.format(**locals()) + '', rule='type')
                            if isinstance(data__stages_item__stride, (int, float, Decimal)) and (not isinstance(data__stages_item__stride, bool)):
                                if data__stages_item__stride < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride'.format(**locals()) + ' must be bigger than or equal to 1', value=data__stages_item__stride, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride'.format(**locals()) + '', rule='minimum')
                                if data__stages_item__stride > 64:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride'.format(**locals()) + ' must be smaller than or equal to 64', value=data__stages_item__stride, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride'.format(**locals()) + '', rule='maximum')
                            data__stages_item__stride_is_dict = isinstance(data__stages_item__stride, dict)
                            if data__stages_item__stride_is_dict:
                                data__stages_item__stride_keys = list(data__stages_item__stride)
                                if 'choose' in data__stages_item__stride_keys:
                                    data__stages_item__stride_keys.remove('choose')
                                    data__stages_item__stride__choose = data__stages_item__stride['choose']
                                    validate___definitions_values(data__stages_item__stride__choose, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].stride.choose'.format(**locals()))
                                if 'choice' in data__stages_item__stride_keys:
                                    data__stages_item__stride_keys.remove('choice')
                                    data__stages_item__stride__choice = data__stages_item__stride['choice']
                                    if not isinstance(data__stages_item__stride__choice, str):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride.choice'.format(**locals()) + ' must be string', value=data__stages_item__stride__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride.choice'.format(**locals()) + '', rule='type')
                                    if isinstance(data__stages_item__stride__choice, str):
                                        data__stages_item__stride__choice_len = len(data__stages_item__stride__choice)
                                        if data__stages_item__stride__choice_len < 1:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride.choice'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__stages_item__stride__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride.choice'.format(**locals()) + '', rule='minLength')
                                        if data__stages_item__stride__choice_len > 200:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride.choice'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__stages_item__stride__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride.choice'.format(**locals()) + '', rule='maxLength')
                                if 'values' in data__stages_item__stride_keys:
                                    data__stages_item__stride_keys.remove('values')
                                    data__stages_item__stride__values = data__stages_item__stride['values']
                                    validate___definitions_values(data__stages_item__stride__values, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].stride.values'.format(**locals()))
                                if data__stages_item__stride_keys:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride'.format(**locals()) + ' must not contain ' + str(data__stages_item__stride_keys) + ' properties', value=data__stages_item__stride, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].stride'.format(**locals()) + '', rule='additionalProperties')
                        if 'resolution' in data__stages_item_keys:
                            data__stages_item_keys.remove('resolution')
                            data__stages_item__resolution = data__stages_item['resolution']
                            if not isinstance(data__stages_item__resolution, (int, dict)) and (not (isinstance(data__stages_item__resolution, float) and data__stages_item__resolution.is_integer())) or isinstance(data__stages_item__resolution, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution'.format(**locals()) + ' must be integer or object', value=data__stages_item__resolution, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution'.format(**locals()) + '', rule='type')
                            if isinstance(data__stages_item__resolution, (int, float, Decimal)) and (not isinstance(data__stages_item__resolution, bool)):
                                if data__stages_item__resolution < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution'.format(**locals()) + ' must be bigger than or equal to 1', value=data__stages_item__resolution, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution'.format(**locals()) + '', rule='minimum')
                                if data__stages_item__resolution > 100000:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution'.format(**locals()) + ' must be smaller than or equal to 100000', value=data__stages_item__resolution, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution'.format(**locals()) + '', rule='maximum')
                            data__stages_item__resolution_is_dict = isinstance(data__stages_item__resolution, dict)
                            if data__stages_item__resolution_is_dict:
                                data__stages_item__resolution_keys = list(data__stages_item__resolution)
                                if 'choose' in data__stages_item__resolution_keys:
                                    data__stages_item__resolution_keys.remove('choose')
                                    data__stages_item__resolution__choose = data__stages_item__resolution['choose']
                                    validate___definitions_values(data__stages_item__resolution__choose, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].resolution.choose'.format(**locals()))
                                if 'choice' in data__stages_item__resolution_keys:
                                    data__stages_item__resolution_keys.remove('choice')
                                    data__stages_item__resolution__choice = data__stages_item__resolution['choice']
                                    if not isinstance(data__stages_item__resolution__choice, str):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution.choice'.format(**locals()) + ' must be string', value=data__stages_item__resolution__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution.choice'.format(**locals()) + '', rule='type')
                                    if isinstance(data__stages_item__resolution__choice, str):
                                        data__stages_item__resolution__choice_len = len(data__stages_item__resolution__choice)
                                        if data__stages_item__resolution__choice_len < 1:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution.choice'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__stages_item__resolution__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution.choice'.format(**locals()) + '', rule='minLength')
                                        if data__stages_item__resolution__choice_len > 200:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution.choice'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__stages_item__resolution__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution.choice'.format(**locals()) + '', rule='maxLength')
                                if 'values' in data__stages_item__resolution_keys:
                                    data__stages_item__resolution_keys.remove('values')
                                    data__stages_item__resolution__values = data__stages_item__resolution['values']
                                    validate___definitions_values(data__stages_item__resolution__values, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].resolution.values'.format(**locals()))
                                if data__stages_item__resolution_keys:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution'.format(**locals()) + ' must not contain ' + str(data__stages_item__resolution_keys) + ' properties', value=data__stages_item__resolution, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].resolution'.format(**locals()) + '', rule='additionalProperties')
                        if 'width' in data__stages_item_keys:
                            data__stages_item_keys.remove('width')
                            data__stages_item__width = data__stages_item['width']
                            if not isinstance(data__stages_item__width, (int, dict)) and (not (isinstance(data__stages_item__width, float) and data__stages_item__width.is_integer())) or isinstance(data__stages_item__width, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width'.format(**locals()) + ' must be integer or object', value=data__stages_item__width, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width'.format(**locals()) + '', rule='type')
                            if isinstance(data__stages_item__width, (int, float, Decimal)) and (not isinstance(data__stages_item__width, bool)):
                                if data__stages_item__width < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width'.format(**locals()) + ' must be bigger than or equal to 1', value=data__stages_item__width, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width'.format(**locals()) + '', rule='minimum')
                                if data__stages_item__width > 1000000:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width'.format(**locals()) + ' must be smaller than or equal to 1000000', value=data__stages_item__width, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width'.format(**locals()) + '', rule='maximum')
                            data__stages_item__width_is_dict = isinstance(data__stages_item__width, dict)
                            if data__stages_item__width_is_dict:
                                data__stages_item__width_keys = list(data__stages_item__width)
                                if 'choose' in data__stages_item__width_keys:
                                    data__stages_item__width_keys.remove('choose')
                                    data__stages_item__width__choose = data__stages_item__width['choose']
                                    validate___definitions_values(data__stages_item__width__choose, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].width.choose'.format(**locals()))
                                if 'choice' in data__stages_item__width_keys:
                                    data__stages_item__width_keys.remove('choice')
                                    data__stages_item__width__choice = data__stages_item__width['choice']
                                    if not isinstance(data__stages_item__width__choice, str):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.choice'.format(**locals()) + ' must be string', value=data__stages_item__width__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.choice'.format(**locals()) + '', rule='type')
                                    if isinstance(data__stages_item__width__choice, str):
                                        data__stages_item__width__choice_len = len(data__stages_item__width__choice)
                                        if data__stages_item__width__choice_len < 1:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.choice'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__stages_item__width__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.choice'.format(**locals()) + '', rule='minLength')
                                        if data__stages_item__width__choice_len > 200:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.choice'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__stages_item__width__choice, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.choice'.format(**locals()) + '', rule='maxLength')
                                if 'values' in data__stages_item__width_keys:
                                    data__stages_item__width_keys.remove('values')
                                    data__stages_item__width__values = data__stages_item__width['values']
                                    validate___definitions_values(data__stages_item__width__values, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].width.values'.format(**locals()))
                                if 'times' in data__stages_item__width_keys:
                                    data__stages_item__width_keys.remove('times')
                                    data__stages_item__width__times = data__stages_item__width['times']
                                    if not isinstance(data__stages_item__width__times, (int, float, Decimal)) or isinstance(data__stages_item__width__times, bool):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.times'.format(**locals()) + ' must be number', value=data__stages_item__width__times, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.times'.format(**locals()) + '', rule='type')
                                    if isinstance(data__stages_item__width__times, (int, float, Decimal)) and (not isinstance(data__stages_item__width__times, bool)):
                                        if data__stages_item__width__times > 64:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.times'.format(**locals()) + ' must be smaller than or equal to 64', value=data__stages_item__width__times, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.times'.format(**locals()) + '', rule='maximum')
                                        if data__stages_item__width__times <= 0:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.times'.format(**locals()) + ' must be bigger than 0', value=data__stages_item__width__times, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width.times'.format(**locals()) + '', rule='exclusiveMinimum')
                                if data__stages_item__width_keys:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}].width'.format(**locals()) + ' must not contain ' + str(data__stages_item__width_keys) + ' properties', value=data__stages_item__width, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}].width'.format(**locals()) + '', rule='additionalProperties')
                        if 'attributes' in data__stages_item_keys:
                            data__stages_item_keys.remove('attributes')
                            data__stages_item__attributes = data__stages_item['attributes']
                            validate___definitions_attributes(data__stages_item__attributes, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].attributes'.format(**locals()))
                        if 'sequence' in data__stages_item_keys:
                            data__stages_item_keys.remove('sequence')
                            data__stages_item__sequence = data__stages_item['sequence']
                            validate___definitions_sequence(data__stages_item__sequence, custom_formats, (name_prefix or 'data') + '.stages[{data__stages_x}].sequence'.format(**locals()))
                        if data__stages_item_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stages[{data__stages_x}]'.format(**locals()) + ' must not contain ' + str(data__stages_item_keys) + ' properties', value=data__stages_item, name='' + (name_prefix or 'data') + '.stages[{data__stages_x}]'.format(**locals()) + '', rule='additionalProperties')
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

def validate___definitions_sequence(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['options']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'length' in data_keys:
            data_keys.remove('length')
            data__length = data['length']
            if not isinstance(data__length, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length must be object', value=data__length, name='' + (name_prefix or 'data') + '.length', rule='type')
            data__length_is_dict = isinstance(data__length, dict)
            if data__length_is_dict:
                data__length__missing_keys = set(['min', 'max']) - data__length.keys()
                if data__length__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length must contain ' + (str(sorted(data__length__missing_keys)) + ' properties'), value=data__length, name='' + (name_prefix or 'data') + '.length', rule='required')
                data__length_keys = list(data__length)
                if 'min' in data__length_keys:
                    data__length_keys.remove('min')
                    data__length__min = data__length['min']
                    if not isinstance(data__length__min, int) and (not (isinstance(data__length__min, float) and data__length__min.is_integer())) or isinstance(data__length__min, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length.min must be integer', value=data__length__min, name='' + (name_prefix or 'data') + '.length.min', rule='type')
                    if isinstance(data__length__min, (int, float, Decimal)) and (not isinstance(data__length__min, bool)):
                        if data__length__min < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length.min must be bigger than or equal to 1', value=data__length__min, name='' + (name_prefix or 'data') + '.length.min', rule='minimum')
                        if data__length__min > 100:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length.min must be smaller than or equal to 100', value=data__length__min, name='' + (name_prefix or 'data') + '.length.min', rule='maximum')
                if 'max' in data__length_keys:
                    data__length_keys.remove('max')
                    data__length__max = data__length['max']
                    if not isinstance(data__length__max, int) and (not (isinstance(data__length__max, float) and data__length__max.is_integer())) or isinstance(data__length__max, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length.max must be integer', value=data__length__max, name='' + (name_prefix or 'data') + '.length.max', rule='type')
                    if isinstance(data__length__max, (int, float, Decimal)) and (not isinstance(data__length__max, bool)):
                        if data__length__max < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length.max must be bigger than or equal to 1', value=data__length__max, name='' + (name_prefix or 'data') + '.length.max', rule='minimum')
                        if data__length__max > 100:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length.max must be smaller than or equal to 100', value=data__length__max, name='' + (name_prefix or 'data') + '.length.max', rule='maximum')
                if data__length_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.length must not contain ' + str(data__length_keys) + ' properties', value=data__length, name='' + (name_prefix or 'data') + '.length', rule='additionalProperties')
        if 'options' in data_keys:
            data_keys.remove('options')
            data__options = data['options']
            if not isinstance(data__options, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.options must be array', value=data__options, name='' + (name_prefix or 'data') + '.options', rule='type')
            data__options_is_list = isinstance(data__options, (list, tuple))
            if data__options_is_list:
                data__options_len = len(data__options)
                if data__options_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.options must contain at least 1 items', value=data__options, name='' + (name_prefix or 'data') + '.options', rule='minItems')
                if data__options_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.options must contain less than or equal to 100 items', value=data__options, name='' + (name_prefix or 'data') + '.options', rule='maxItems')
                for data__options_x, data__options_item in enumerate(data__options):
                    if not isinstance(data__options_item, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.options[{data__options_x}]'.format(**locals()) + ' must be array', value=data__options_item, name='' + (name_prefix or 'data') + '.options[{data__options_x}]'.format(**locals()) + '', rule='type')
                    data__options_item_is_list = isinstance(data__options_item, (list, tuple))
                    if data__options_item_is_list:
                        data__options_item_len = len(data__options_item)
                        if data__options_item_len > 64:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.options[{data__options_x}]'.format(**locals()) + ' must contain less than or equal to 64 items', value=data__options_item, name='' + (name_prefix or 'data') + '.options[{data__options_x}]'.format(**locals()) + '', rule='maxItems')
                        for data__options_item_x, data__options_item_item in enumerate(data__options_item):
                            validate___definitions_stage(data__options_item_item, custom_formats, (name_prefix or 'data') + '.options[{data__options_x}][{data__options_item_x}]'.format(**locals()))
        if 'limits' in data_keys:
            data_keys.remove('limits')
            data__limits = data['limits']
            if not isinstance(data__limits, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits must be array', value=data__limits, name='' + (name_prefix or 'data') + '.limits', rule='type')
            data__limits_is_list = isinstance(data__limits, (list, tuple))
            if data__limits_is_list:
                data__limits_len = len(data__limits)
                if data__limits_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits must contain less than or equal to 100 items', value=data__limits, name='' + (name_prefix or 'data') + '.limits', rule='maxItems')
                for data__limits_x, data__limits_item in enumerate(data__limits):
                    if not isinstance(data__limits_item, dict):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}]'.format(**locals()) + ' must be object', value=data__limits_item, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}]'.format(**locals()) + '', rule='type')
                    data__limits_item_is_dict = isinstance(data__limits_item, dict)
                    if data__limits_item_is_dict:
                        data__limits_item__missing_keys = set(['options']) - data__limits_item.keys()
                        if data__limits_item__missing_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}]'.format(**locals()) + ' must contain ' + (str(sorted(data__limits_item__missing_keys)) + ' properties'), value=data__limits_item, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}]'.format(**locals()) + '', rule='required')
                        data__limits_item_keys = list(data__limits_item)
                        if 'options' in data__limits_item_keys:
                            data__limits_item_keys.remove('options')
                            data__limits_item__options = data__limits_item['options']
                            if not isinstance(data__limits_item__options, (list, tuple)):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].options'.format(**locals()) + ' must be array', value=data__limits_item__options, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].options'.format(**locals()) + '', rule='type')
                            data__limits_item__options_is_list = isinstance(data__limits_item__options, (list, tuple))
                            if data__limits_item__options_is_list:
                                data__limits_item__options_len = len(data__limits_item__options)
                                if data__limits_item__options_len < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].options'.format(**locals()) + ' must contain at least 1 items', value=data__limits_item__options, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].options'.format(**locals()) + '', rule='minItems')
                                if data__limits_item__options_len > 100:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].options'.format(**locals()) + ' must contain less than or equal to 100 items', value=data__limits_item__options, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].options'.format(**locals()) + '', rule='maxItems')
                                for data__limits_item__options_x, data__limits_item__options_item in enumerate(data__limits_item__options):
                                    if not isinstance(data__limits_item__options_item, int) and (not (isinstance(data__limits_item__options_item, float) and data__limits_item__options_item.is_integer())) or isinstance(data__limits_item__options_item, bool):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].options[{data__limits_item__options_x}]'.format(**locals()) + ' must be integer', value=data__limits_item__options_item, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].options[{data__limits_item__options_x}]'.format(**locals()) + '', rule='type')
                                    if isinstance(data__limits_item__options_item, (int, float, Decimal)) and (not isinstance(data__limits_item__options_item, bool)):
                                        if data__limits_item__options_item < 0:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].options[{data__limits_item__options_x}]'.format(**locals()) + ' must be bigger than or equal to 0', value=data__limits_item__options_item, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].options[{data__limits_item__options_x}]'.format(**locals()) + '', rule='minimum')
                                        if data__limits_item__options_item > 99:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].options[{data__limits_item__options_x}]'.format(**locals()) + ' must be smaller than or equal to 99', value=data__limits_item__options_item, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].options[{data__limits_item__options_x}]'.format(**locals()) + '', rule='maximum')
                        if 'min' in data__limits_item_keys:
                            data__limits_item_keys.remove('min')
                            data__limits_item__min = data__limits_item['min']
                            if not isinstance(data__limits_item__min, int) and (not (isinstance(data__limits_item__min, float) and data__limits_item__min.is_integer())) or isinstance(data__limits_item__min, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].min'.format(**locals()) + ' must be integer', value=data__limits_item__min, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].min'.format(**locals()) + '', rule='type')
                            if isinstance(data__limits_item__min, (int, float, Decimal)) and (not isinstance(data__limits_item__min, bool)):
                                if data__limits_item__min < 0:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].min'.format(**locals()) + ' must be bigger than or equal to 0', value=data__limits_item__min, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].min'.format(**locals()) + '', rule='minimum')
                                if data__limits_item__min > 100:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].min'.format(**locals()) + ' must be smaller than or equal to 100', value=data__limits_item__min, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].min'.format(**locals()) + '', rule='maximum')
                        if 'max' in data__limits_item_keys:
                            data__limits_item_keys.remove('max')
                            data__limits_item__max = data__limits_item['max']
                            if not isinstance(data__limits_item__max, int) and (not (isinstance(data__limits_item__max, float) and data__limits_item__max.is_integer())) or isinstance(data__limits_item__max, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].max'.format(**locals()) + ' must be integer', value=data__limits_item__max, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].max'.format(**locals()) + '', rule='type')
                            if isinstance(data__limits_item__max, (int, float, Decimal)) and (not isinstance(data__limits_item__max, bool)):
                                if data__limits_item__max < 0:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].max'.format(**locals()) + ' must be bigger than or equal to 0', value=data__limits_item__max, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].max'.format(**locals()) + '', rule='minimum')
                                if data__limits_item__max > 100:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}].max'.format(**locals()) + ' must be smaller than or equal to 100', value=data__limits_item__max, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}].max'.format(**locals()) + '', rule='maximum')
                        if data__limits_item_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.limits[{data__limits_x}]'.format(**locals()) + ' must not contain ' + str(data__limits_item_keys) + ' properties', value=data__limits_item, name='' + (name_prefix or 'data') + '.limits[{data__limits_x}]'.format(**locals()) + '', rule='additionalProperties')
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
            validate___definitions_number(data__kernel, custom_formats, (name_prefix or 'data') + '.kernel')
        if 'stride' in data_keys:
            data_keys.remove('stride')
            data__stride = data['stride']
            validate___definitions_number(data__stride, custom_formats, (name_prefix or 'data') + '.stride')
        if 'dilation' in data_keys:
            data_keys.remove('dilation')
            data__dilation = data['dilation']
            validate___definitions_number(data__dilation, custom_formats, (name_prefix or 'data') + '.dilation')
        if 'groups' in data_keys:
            data_keys.remove('groups')
            data__groups = data['groups']
            validate___definitions_number(data__groups, custom_formats, (name_prefix or 'data') + '.groups')
        if 'expansion' in data_keys:
            data_keys.remove('expansion')
            data__expansion = data['expansion']
            validate___definitions_number(data__expansion, custom_formats, (name_prefix or 'data') + '.expansion')
        if 'repeats' in data_keys:
            data_keys.remove('repeats')
            data__repeats = data['repeats']
            validate___definitions_number(data__repeats, custom_formats, (name_prefix or 'data') + '.repeats')
        if 'channels' in data_keys:
            data_keys.remove('channels')
            data__channels = data['channels']
            validate___definitions_number(data__channels, custom_formats, (name_prefix or 'data') + '.channels')
        if 'heads' in data_keys:
            data_keys.remove('heads')
            data__heads = data['heads']
            validate___definitions_number(data__heads, custom_formats, (name_prefix or 'data') + '.heads')
        if 'squeeze' in data_keys:
            data_keys.remove('squeeze')
            data__squeeze = data['squeeze']
            validate___definitions_number(data__squeeze, custom_formats, (name_prefix or 'data') + '.squeeze')
        if 'squeeze_of' in data_keys:
            data_keys.remove('squeeze_of')
            data__squeezeof = data['squeeze_of']
            validate___definitions_key(data__squeezeof, custom_formats, (name_prefix or 'data') + '.squeeze_of')
        if 'squeeze_multiple' in data_keys:
            data_keys.remove('squeeze_multiple')
            data__squeezemultiple = data['squeeze_multiple']
            validate___definitions_number(data__squeezemultiple, custom_formats, (name_prefix or 'data') + '.squeeze_multiple')
        if 'squeeze_activation' in data_keys:
            data_keys.remove('squeeze_activation')
            data__squeezeactivation = data['squeeze_activation']
            validate___definitions_key(data__squeezeactivation, custom_formats, (name_prefix or 'data') + '.squeeze_activation')
        if 'gate' in data_keys:
            data_keys.remove('gate')
            data__gate = data['gate']
            validate___definitions_key(data__gate, custom_formats, (name_prefix or 'data') + '.gate')
        if 'expand' in data_keys:
            data_keys.remove('expand')
            data__expand = data['expand']
            validate___definitions_key(data__expand, custom_formats, (name_prefix or 'data') + '.expand')
        if 'head_width' in data_keys:
            data_keys.remove('head_width')
            data__headwidth = data['head_width']
            validate___definitions_number(data__headwidth, custom_formats, (name_prefix or 'data') + '.head_width')
        if 'bias' in data_keys:
            data_keys.remove('bias')
            data__bias = data['bias']
            validate___definitions_number(data__bias, custom_formats, (name_prefix or 'data') + '.bias')
        if 'query_bias' in data_keys:
            data_keys.remove('query_bias')
            data__querybias = data['query_bias']
            validate___definitions_number(data__querybias, custom_formats, (name_prefix or 'data') + '.query_bias')
        if 'key_value_heads' in data_keys:
            data_keys.remove('key_value_heads')
            data__keyvalueheads = data['key_value_heads']
            validate___definitions_number(data__keyvalueheads, custom_formats, (name_prefix or 'data') + '.key_value_heads')
        if 'kernel_width' in data_keys:
            data_keys.remove('kernel_width')
            data__kernelwidth = data['kernel_width']
            validate___definitions_number(data__kernelwidth, custom_formats, (name_prefix or 'data') + '.kernel_width')
        if 'padding' in data_keys:
            data_keys.remove('padding')
            data__padding = data['padding']
            validate___definitions_number(data__padding, custom_formats, (name_prefix or 'data') + '.padding')
        if 'padding_width' in data_keys:
            data_keys.remove('padding_width')
            data__paddingwidth = data['padding_width']
            validate___definitions_number(data__paddingwidth, custom_formats, (name_prefix or 'data') + '.padding_width')
        if 'ceil' in data_keys:
            data_keys.remove('ceil')
            data__ceil = data['ceil']
            validate___definitions_number(data__ceil, custom_formats, (name_prefix or 'data') + '.ceil')
        if 'resolution' in data_keys:
            data_keys.remove('resolution')
            data__resolution = data['resolution']
            validate___definitions_number(data__resolution, custom_formats, (name_prefix or 'data') + '.resolution')
        if 'resolution_width' in data_keys:
            data_keys.remove('resolution_width')
            data__resolutionwidth = data['resolution_width']
            validate___definitions_number(data__resolutionwidth, custom_formats, (name_prefix or 'data') + '.resolution_width')
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
            validate___definitions_number(data__start, custom_formats, (name_prefix or 'data') + '.start')
        if 'mode' in data_keys:
            data_keys.remove('mode')
            data__mode = data['mode']
            validate___definitions_key(data__mode, custom_formats, (name_prefix or 'data') + '.mode')
        if 'operation' in data_keys:
            data_keys.remove('operation')
            data__operation = data['operation']
            validate___definitions_key(data__operation, custom_formats, (name_prefix or 'data') + '.operation')
        if 'activation' in data_keys:
            data_keys.remove('activation')
            data__activation = data['activation']
            validate___definitions_key(data__activation, custom_formats, (name_prefix or 'data') + '.activation')
        if 'order' in data_keys:
            data_keys.remove('order')
            data__order = data['order']
            validate___definitions_key(data__order, custom_formats, (name_prefix or 'data') + '.order')
        if 'norm' in data_keys:
            data_keys.remove('norm')
            data__norm = data['norm']
            validate___definitions_key(data__norm, custom_formats, (name_prefix or 'data') + '.norm')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_number(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, (int, float, Decimal, dict)) or isinstance(data, bool):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be number or object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    if isinstance(data, (int, float, Decimal)) and (not isinstance(data, bool)):
        if data < 0:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be bigger than or equal to 0', value=data, name='' + (name_prefix or 'data') + '', rule='minimum')
        if data > 1000000:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be smaller than or equal to 1000000', value=data, name='' + (name_prefix or 'data') + '', rule='maximum')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = list(data)
        if 'choose' in data_keys:
            data_keys.remove('choose')
            data__choose = data['choose']
            validate___definitions_values(data__choose, custom_formats, (name_prefix or 'data') + '.choose')
        if 'choice' in data_keys:
            data_keys.remove('choice')
            data__choice = data['choice']
            if not isinstance(data__choice, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.choice must be string', value=data__choice, name='' + (name_prefix or 'data') + '.choice', rule='type')
            if isinstance(data__choice, str):
                data__choice_len = len(data__choice)
                if data__choice_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.choice must be longer than or equal to 1 characters', value=data__choice, name='' + (name_prefix or 'data') + '.choice', rule='minLength')
                if data__choice_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.choice must be shorter than or equal to 200 characters', value=data__choice, name='' + (name_prefix or 'data') + '.choice', rule='maxLength')
        if 'values' in data_keys:
            data_keys.remove('values')
            data__values = data['values']
            validate___definitions_values(data__values, custom_formats, (name_prefix or 'data') + '.values')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_candidates(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, (list, tuple)):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be array', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_list = isinstance(data, (list, tuple))
    if data_is_list:
        data_len = len(data)
        if data_len < 1:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain at least 1 items', value=data, name='' + (name_prefix or 'data') + '', rule='minItems')
        if data_len > 100:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain less than or equal to 100 items', value=data, name='' + (name_prefix or 'data') + '', rule='maxItems')

        def fn(var):
            return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
        if data_len > len(set((fn(data_x) for data_x in data))):
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain unique items', value=data, name='' + (name_prefix or 'data') + '', rule='uniqueItems')
        for data_x, data_item in enumerate(data):
            if not isinstance(data_item, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must be string', value=data_item, name='' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + '', rule='type')
            if isinstance(data_item, str):
                data_item_len = len(data_item)
                if data_item_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data_item, name='' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + '', rule='minLength')
                if data_item_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data_item, name='' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + '', rule='maxLength')
    return data

def validate___definitions_key(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, (str, dict)):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be string or object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    if isinstance(data, str):
        data_len = len(data)
        if data_len < 1:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be longer than or equal to 1 characters', value=data, name='' + (name_prefix or 'data') + '', rule='minLength')
        if data_len > 200:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be shorter than or equal to 200 characters', value=data, name='' + (name_prefix or 'data') + '', rule='maxLength')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data_keys = list(data)
        if 'choose' in data_keys:
            data_keys.remove('choose')
            data__choose = data['choose']
            validate___definitions_values(data__choose, custom_formats, (name_prefix or 'data') + '.choose')
        if 'choice' in data_keys:
            data_keys.remove('choice')
            data__choice = data['choice']
            if not isinstance(data__choice, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.choice must be string', value=data__choice, name='' + (name_prefix or 'data') + '.choice', rule='type')
            if isinstance(data__choice, str):
                data__choice_len = len(data__choice)
                if data__choice_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.choice must be longer than or equal to 1 characters', value=data__choice, name='' + (name_prefix or 'data') + '.choice', rule='minLength')
                if data__choice_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.choice must be shorter than or equal to 200 characters', value=data__choice, name='' + (name_prefix or 'data') + '.choice', rule='maxLength')
        if 'values' in data_keys:
            data_keys.remove('values')
            data__values = data['values']
            validate___definitions_values(data__values, custom_formats, (name_prefix or 'data') + '.values')
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
            validate___definitions_key(data__op, custom_formats, (name_prefix or 'data') + '.op')
        if 'candidates' in data_keys:
            data_keys.remove('candidates')
            data__candidates = data['candidates']
            validate___definitions_candidates(data__candidates, custom_formats, (name_prefix or 'data') + '.candidates')
        if 'repeats' in data_keys:
            data_keys.remove('repeats')
            data__repeats = data['repeats']
            if not isinstance(data__repeats, (int, dict)) and (not (isinstance(data__repeats, float) and data__repeats.is_integer())) or isinstance(data__repeats, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be integer or object', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='type')
            if isinstance(data__repeats, (int, float, Decimal)) and (not isinstance(data__repeats, bool)):
                if data__repeats < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be bigger than or equal to 1', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='minimum')
                if data__repeats > 1000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must be smaller than or equal to 1000', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='maximum')
            data__repeats_is_dict = isinstance(data__repeats, dict)
            if data__repeats_is_dict:
                data__repeats_keys = list(data__repeats)
                if 'choose' in data__repeats_keys:
                    data__repeats_keys.remove('choose')
                    data__repeats__choose = data__repeats['choose']
                    validate___definitions_values(data__repeats__choose, custom_formats, (name_prefix or 'data') + '.repeats.choose')
                if 'choice' in data__repeats_keys:
                    data__repeats_keys.remove('choice')
                    data__repeats__choice = data__repeats['choice']
                    if not isinstance(data__repeats__choice, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats.choice must be string', value=data__repeats__choice, name='' + (name_prefix or 'data') + '.repeats.choice', rule='type')
                    if isinstance(data__repeats__choice, str):
                        data__repeats__choice_len = len(data__repeats__choice)
                        if data__repeats__choice_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats.choice must be longer than or equal to 1 characters', value=data__repeats__choice, name='' + (name_prefix or 'data') + '.repeats.choice', rule='minLength')
                        if data__repeats__choice_len > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats.choice must be shorter than or equal to 200 characters', value=data__repeats__choice, name='' + (name_prefix or 'data') + '.repeats.choice', rule='maxLength')
                if 'values' in data__repeats_keys:
                    data__repeats_keys.remove('values')
                    data__repeats__values = data__repeats['values']
                    validate___definitions_values(data__repeats__values, custom_formats, (name_prefix or 'data') + '.repeats.values')
                if data__repeats_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.repeats must not contain ' + str(data__repeats_keys) + ' properties', value=data__repeats, name='' + (name_prefix or 'data') + '.repeats', rule='additionalProperties')
        if 'stride' in data_keys:
            data_keys.remove('stride')
            data__stride = data['stride']
            if not isinstance(data__stride, (int, dict)) and (not (isinstance(data__stride, float) and data__stride.is_integer())) or isinstance(data__stride, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be integer or object', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='type')
            if isinstance(data__stride, (int, float, Decimal)) and (not isinstance(data__stride, bool)):
                if data__stride < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be bigger than or equal to 1', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='minimum')
                if data__stride > 64:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must be smaller than or equal to 64', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='maximum')
            data__stride_is_dict = isinstance(data__stride, dict)
            if data__stride_is_dict:
                data__stride_keys = list(data__stride)
                if 'choose' in data__stride_keys:
                    data__stride_keys.remove('choose')
                    data__stride__choose = data__stride['choose']
                    validate___definitions_values(data__stride__choose, custom_formats, (name_prefix or 'data') + '.stride.choose')
                if 'choice' in data__stride_keys:
                    data__stride_keys.remove('choice')
                    data__stride__choice = data__stride['choice']
                    if not isinstance(data__stride__choice, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride.choice must be string', value=data__stride__choice, name='' + (name_prefix or 'data') + '.stride.choice', rule='type')
                    if isinstance(data__stride__choice, str):
                        data__stride__choice_len = len(data__stride__choice)
                        if data__stride__choice_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride.choice must be longer than or equal to 1 characters', value=data__stride__choice, name='' + (name_prefix or 'data') + '.stride.choice', rule='minLength')
                        if data__stride__choice_len > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride.choice must be shorter than or equal to 200 characters', value=data__stride__choice, name='' + (name_prefix or 'data') + '.stride.choice', rule='maxLength')
                if 'values' in data__stride_keys:
                    data__stride_keys.remove('values')
                    data__stride__values = data__stride['values']
                    validate___definitions_values(data__stride__values, custom_formats, (name_prefix or 'data') + '.stride.values')
                if data__stride_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.stride must not contain ' + str(data__stride_keys) + ' properties', value=data__stride, name='' + (name_prefix or 'data') + '.stride', rule='additionalProperties')
        if 'resolution' in data_keys:
            data_keys.remove('resolution')
            data__resolution = data['resolution']
            if not isinstance(data__resolution, (int, dict)) and (not (isinstance(data__resolution, float) and data__resolution.is_integer())) or isinstance(data__resolution, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be integer or object', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='type')
            if isinstance(data__resolution, (int, float, Decimal)) and (not isinstance(data__resolution, bool)):
                if data__resolution < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be bigger than or equal to 1', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='minimum')
                if data__resolution > 100000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must be smaller than or equal to 100000', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='maximum')
            data__resolution_is_dict = isinstance(data__resolution, dict)
            if data__resolution_is_dict:
                data__resolution_keys = list(data__resolution)
                if 'choose' in data__resolution_keys:
                    data__resolution_keys.remove('choose')
                    data__resolution__choose = data__resolution['choose']
                    validate___definitions_values(data__resolution__choose, custom_formats, (name_prefix or 'data') + '.resolution.choose')
                if 'choice' in data__resolution_keys:
                    data__resolution_keys.remove('choice')
                    data__resolution__choice = data__resolution['choice']
                    if not isinstance(data__resolution__choice, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution.choice must be string', value=data__resolution__choice, name='' + (name_prefix or 'data') + '.resolution.choice', rule='type')
                    if isinstance(data__resolution__choice, str):
                        data__resolution__choice_len = len(data__resolution__choice)
                        if data__resolution__choice_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution.choice must be longer than or equal to 1 characters', value=data__resolution__choice, name='' + (name_prefix or 'data') + '.resolution.choice', rule='minLength')
                        if data__resolution__choice_len > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution.choice must be shorter than or equal to 200 characters', value=data__resolution__choice, name='' + (name_prefix or 'data') + '.resolution.choice', rule='maxLength')
                if 'values' in data__resolution_keys:
                    data__resolution_keys.remove('values')
                    data__resolution__values = data__resolution['values']
                    validate___definitions_values(data__resolution__values, custom_formats, (name_prefix or 'data') + '.resolution.values')
                if data__resolution_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.resolution must not contain ' + str(data__resolution_keys) + ' properties', value=data__resolution, name='' + (name_prefix or 'data') + '.resolution', rule='additionalProperties')
        if 'width' in data_keys:
            data_keys.remove('width')
            data__width = data['width']
            if not isinstance(data__width, (int, dict)) and (not (isinstance(data__width, float) and data__width.is_integer())) or isinstance(data__width, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width must be integer or object', value=data__width, name='' + (name_prefix or 'data') + '.width', rule='type')
            if isinstance(data__width, (int, float, Decimal)) and (not isinstance(data__width, bool)):
                if data__width < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width must be bigger than or equal to 1', value=data__width, name='' + (name_prefix or 'data') + '.width', rule='minimum')
                if data__width > 1000000:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width must be smaller than or equal to 1000000', value=data__width, name='' + (name_prefix or 'data') + '.width', rule='maximum')
            data__width_is_dict = isinstance(data__width, dict)
            if data__width_is_dict:
                data__width_keys = list(data__width)
                if 'choose' in data__width_keys:
                    data__width_keys.remove('choose')
                    data__width__choose = data__width['choose']
                    validate___definitions_values(data__width__choose, custom_formats, (name_prefix or 'data') + '.width.choose')
                if 'choice' in data__width_keys:
                    data__width_keys.remove('choice')
                    data__width__choice = data__width['choice']
                    if not isinstance(data__width__choice, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width.choice must be string', value=data__width__choice, name='' + (name_prefix or 'data') + '.width.choice', rule='type')
                    if isinstance(data__width__choice, str):
                        data__width__choice_len = len(data__width__choice)
                        if data__width__choice_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width.choice must be longer than or equal to 1 characters', value=data__width__choice, name='' + (name_prefix or 'data') + '.width.choice', rule='minLength')
                        if data__width__choice_len > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width.choice must be shorter than or equal to 200 characters', value=data__width__choice, name='' + (name_prefix or 'data') + '.width.choice', rule='maxLength')
                if 'values' in data__width_keys:
                    data__width_keys.remove('values')
                    data__width__values = data__width['values']
                    validate___definitions_values(data__width__values, custom_formats, (name_prefix or 'data') + '.width.values')
                if 'times' in data__width_keys:
                    data__width_keys.remove('times')
                    data__width__times = data__width['times']
                    if not isinstance(data__width__times, (int, float, Decimal)) or isinstance(data__width__times, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width.times must be number', value=data__width__times, name='' + (name_prefix or 'data') + '.width.times', rule='type')
                    if isinstance(data__width__times, (int, float, Decimal)) and (not isinstance(data__width__times, bool)):
                        if data__width__times > 64:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width.times must be smaller than or equal to 64', value=data__width__times, name='' + (name_prefix or 'data') + '.width.times', rule='maximum')
                        if data__width__times <= 0:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width.times must be bigger than 0', value=data__width__times, name='' + (name_prefix or 'data') + '.width.times', rule='exclusiveMinimum')
                if data__width_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.width must not contain ' + str(data__width_keys) + ' properties', value=data__width, name='' + (name_prefix or 'data') + '.width', rule='additionalProperties')
        if 'attributes' in data_keys:
            data_keys.remove('attributes')
            data__attributes = data['attributes']
            validate___definitions_attributes(data__attributes, custom_formats, (name_prefix or 'data') + '.attributes')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_cell(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
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
        if 'graph' in data_keys:
            data_keys.remove('graph')
            data__graph = data['graph']
            validate___definitions_graph(data__graph, custom_formats, (name_prefix or 'data') + '.graph')
        if 'program' in data_keys:
            data_keys.remove('program')
            data__program = data['program']
            validate___definitions_program(data__program, custom_formats, (name_prefix or 'data') + '.program')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_program(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['steps', 'states', 'operators']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'steps' in data_keys:
            data_keys.remove('steps')
            data__steps = data['steps']
            if not isinstance(data__steps, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps must be object', value=data__steps, name='' + (name_prefix or 'data') + '.steps', rule='type')
            data__steps_is_dict = isinstance(data__steps, dict)
            if data__steps_is_dict:
                data__steps__missing_keys = set(['max']) - data__steps.keys()
                if data__steps__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps must contain ' + (str(sorted(data__steps__missing_keys)) + ' properties'), value=data__steps, name='' + (name_prefix or 'data') + '.steps', rule='required')
                data__steps_keys = list(data__steps)
                if 'min' in data__steps_keys:
                    data__steps_keys.remove('min')
                    data__steps__min = data__steps['min']
                    if not isinstance(data__steps__min, int) and (not (isinstance(data__steps__min, float) and data__steps__min.is_integer())) or isinstance(data__steps__min, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps.min must be integer', value=data__steps__min, name='' + (name_prefix or 'data') + '.steps.min', rule='type')
                    if isinstance(data__steps__min, (int, float, Decimal)) and (not isinstance(data__steps__min, bool)):
                        if data__steps__min < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps.min must be bigger than or equal to 1', value=data__steps__min, name='' + (name_prefix or 'data') + '.steps.min', rule='minimum')
                        if data__steps__min > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps.min must be smaller than or equal to 200', value=data__steps__min, name='' + (name_prefix or 'data') + '.steps.min', rule='maximum')
                if 'max' in data__steps_keys:
                    data__steps_keys.remove('max')
                    data__steps__max = data__steps['max']
                    if not isinstance(data__steps__max, int) and (not (isinstance(data__steps__max, float) and data__steps__max.is_integer())) or isinstance(data__steps__max, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps.max must be integer', value=data__steps__max, name='' + (name_prefix or 'data') + '.steps.max', rule='type')
                    if isinstance(data__steps__max, (int, float, Decimal)) and (not isinstance(data__steps__max, bool)):
                        if data__steps__max < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps.max must be bigger than or equal to 1', value=data__steps__max, name='' + (name_prefix or 'data') + '.steps.max', rule='minimum')
                        if data__steps__max > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps.max must be smaller than or equal to 200', value=data__steps__max, name='' + (name_prefix or 'data') + '.steps.max', rule='maximum')
                if data__steps_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.steps must not contain ' + str(data__steps_keys) + ' properties', value=data__steps, name='' + (name_prefix or 'data') + '.steps', rule='additionalProperties')
        if 'states' in data_keys:
            data_keys.remove('states')
            data__states = data['states']
            if not isinstance(data__states, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states must be object', value=data__states, name='' + (name_prefix or 'data') + '.states', rule='type')
            data__states_is_dict = isinstance(data__states, dict)
            if data__states_is_dict:
                data__states__missing_keys = set(['max']) - data__states.keys()
                if data__states__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states must contain ' + (str(sorted(data__states__missing_keys)) + ' properties'), value=data__states, name='' + (name_prefix or 'data') + '.states', rule='required')
                data__states_keys = list(data__states)
                if 'min' in data__states_keys:
                    data__states_keys.remove('min')
                    data__states__min = data__states['min']
                    if not isinstance(data__states__min, int) and (not (isinstance(data__states__min, float) and data__states__min.is_integer())) or isinstance(data__states__min, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states.min must be integer', value=data__states__min, name='' + (name_prefix or 'data') + '.states.min', rule='type')
                    if isinstance(data__states__min, (int, float, Decimal)) and (not isinstance(data__states__min, bool)):
                        if data__states__min < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states.min must be bigger than or equal to 1', value=data__states__min, name='' + (name_prefix or 'data') + '.states.min', rule='minimum')
                        if data__states__min > 16:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states.min must be smaller than or equal to 16', value=data__states__min, name='' + (name_prefix or 'data') + '.states.min', rule='maximum')
                if 'max' in data__states_keys:
                    data__states_keys.remove('max')
                    data__states__max = data__states['max']
                    if not isinstance(data__states__max, int) and (not (isinstance(data__states__max, float) and data__states__max.is_integer())) or isinstance(data__states__max, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states.max must be integer', value=data__states__max, name='' + (name_prefix or 'data') + '.states.max', rule='type')
                    if isinstance(data__states__max, (int, float, Decimal)) and (not isinstance(data__states__max, bool)):
                        if data__states__max < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states.max must be bigger than or equal to 1', value=data__states__max, name='' + (name_prefix or 'data') + '.states.max', rule='minimum')
                        if data__states__max > 16:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states.max must be smaller than or equal to 16', value=data__states__max, name='' + (name_prefix or 'data') + '.states.max', rule='maximum')
                if data__states_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.states must not contain ' + str(data__states_keys) + ' properties', value=data__states, name='' + (name_prefix or 'data') + '.states', rule='additionalProperties')
        if 'operators' in data_keys:
            data_keys.remove('operators')
            data__operators = data['operators']
            if not isinstance(data__operators, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must be array', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='type')
            data__operators_is_list = isinstance(data__operators, (list, tuple))
            if data__operators_is_list:
                data__operators_len = len(data__operators)
                if data__operators_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must contain at least 1 items', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='minItems')
                if data__operators_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must contain less than or equal to 100 items', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='maxItems')
                for data__operators_x, data__operators_item in enumerate(data__operators):
                    if not isinstance(data__operators_item, dict):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + ' must be object', value=data__operators_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + '', rule='type')
                    data__operators_item_is_dict = isinstance(data__operators_item, dict)
                    if data__operators_item_is_dict:
                        data__operators_item__missing_keys = set(['op', 'inputs']) - data__operators_item.keys()
                        if data__operators_item__missing_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + ' must contain ' + (str(sorted(data__operators_item__missing_keys)) + ' properties'), value=data__operators_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + '', rule='required')
                        data__operators_item_keys = list(data__operators_item)
                        if 'op' in data__operators_item_keys:
                            data__operators_item_keys.remove('op')
                            data__operators_item__op = data__operators_item['op']
                            if not isinstance(data__operators_item__op, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].op'.format(**locals()) + ' must be string', value=data__operators_item__op, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].op'.format(**locals()) + '', rule='type')
                            if isinstance(data__operators_item__op, str):
                                data__operators_item__op_len = len(data__operators_item__op)
                                if data__operators_item__op_len < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].op'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__operators_item__op, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].op'.format(**locals()) + '', rule='minLength')
                                if data__operators_item__op_len > 200:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].op'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__operators_item__op, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].op'.format(**locals()) + '', rule='maxLength')
                        if 'inputs' in data__operators_item_keys:
                            data__operators_item_keys.remove('inputs')
                            data__operators_item__inputs = data__operators_item['inputs']
                            if not isinstance(data__operators_item__inputs, (list, tuple)):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs'.format(**locals()) + ' must be array', value=data__operators_item__inputs, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs'.format(**locals()) + '', rule='type')
                            data__operators_item__inputs_is_list = isinstance(data__operators_item__inputs, (list, tuple))
                            if data__operators_item__inputs_is_list:
                                data__operators_item__inputs_len = len(data__operators_item__inputs)
                                if data__operators_item__inputs_len < 2:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs'.format(**locals()) + ' must contain at least 2 items', value=data__operators_item__inputs, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs'.format(**locals()) + '', rule='minItems')
                                if data__operators_item__inputs_len > 2:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs'.format(**locals()) + ' must contain less than or equal to 2 items', value=data__operators_item__inputs, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs'.format(**locals()) + '', rule='maxItems')
                                for data__operators_item__inputs_x, data__operators_item__inputs_item in enumerate(data__operators_item__inputs):
                                    if not isinstance(data__operators_item__inputs_item, int) and (not (isinstance(data__operators_item__inputs_item, float) and data__operators_item__inputs_item.is_integer())) or isinstance(data__operators_item__inputs_item, bool):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs[{data__operators_item__inputs_x}]'.format(**locals()) + ' must be integer', value=data__operators_item__inputs_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs[{data__operators_item__inputs_x}]'.format(**locals()) + '', rule='type')
                                    if isinstance(data__operators_item__inputs_item, (int, float, Decimal)) and (not isinstance(data__operators_item__inputs_item, bool)):
                                        if data__operators_item__inputs_item < 1:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs[{data__operators_item__inputs_x}]'.format(**locals()) + ' must be bigger than or equal to 1', value=data__operators_item__inputs_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs[{data__operators_item__inputs_x}]'.format(**locals()) + '', rule='minimum')
                                        if data__operators_item__inputs_item > 20:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs[{data__operators_item__inputs_x}]'.format(**locals()) + ' must be smaller than or equal to 20', value=data__operators_item__inputs_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].inputs[{data__operators_item__inputs_x}]'.format(**locals()) + '', rule='maximum')
                        if 'join' in data__operators_item_keys:
                            data__operators_item_keys.remove('join')
                            data__operators_item__join = data__operators_item['join']
                            if not (isinstance(data__operators_item__join, str) and data__operators_item__join == 'sum' or (isinstance(data__operators_item__join, str) and data__operators_item__join == 'concat') or (isinstance(data__operators_item__join, str) and data__operators_item__join == 'product') or (isinstance(data__operators_item__join, str) and data__operators_item__join == 'mean')):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].join'.format(**locals()) + " must be one of ['sum', 'concat', 'product', 'mean']", value=data__operators_item__join, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].join'.format(**locals()) + '', rule='enum')
                        if 'from' in data__operators_item_keys:
                            data__operators_item_keys.remove('from')
                            data__operators_item__from = data__operators_item['from']
                            if not isinstance(data__operators_item__from, (list, tuple)):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].from'.format(**locals()) + ' must be array', value=data__operators_item__from, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].from'.format(**locals()) + '', rule='type')
                            data__operators_item__from_is_list = isinstance(data__operators_item__from, (list, tuple))
                            if data__operators_item__from_is_list:
                                data__operators_item__from_len = len(data__operators_item__from)
                                if data__operators_item__from_len < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].from'.format(**locals()) + ' must contain at least 1 items', value=data__operators_item__from, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].from'.format(**locals()) + '', rule='minItems')
                                if data__operators_item__from_len > 100:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].from'.format(**locals()) + ' must contain less than or equal to 100 items', value=data__operators_item__from, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].from'.format(**locals()) + '', rule='maxItems')

                                def fn(var):
                                    return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
                                if data__operators_item__from_len > len(set((fn(data__operators_item__from_x) for data__operators_item__from_x in data__operators_item__from))):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].from'.format(**locals()) + ' must contain unique items', value=data__operators_item__from, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].from'.format(**locals()) + '', rule='uniqueItems')
                                for data__operators_item__from_x, data__operators_item__from_item in enumerate(data__operators_item__from):
                                    if not isinstance(data__operators_item__from_item, str):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].from[{data__operators_item__from_x}]'.format(**locals()) + ' must be string', value=data__operators_item__from_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].from[{data__operators_item__from_x}]'.format(**locals()) + '', rule='type')
                                    if isinstance(data__operators_item__from_item, str):
                                        data__operators_item__from_item_len = len(data__operators_item__from_item)
                                        if data__operators_item__from_item_len < 1:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].from[{data__operators_item__from_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__operators_item__from_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].from[{data__operators_item__from_x}]'.format(**locals()) + '', rule='minLength')
                                        if data__operators_item__from_item_len > 200:
                                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}].from[{data__operators_item__from_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__operators_item__from_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}].from[{data__operators_item__from_x}]'.format(**locals()) + '', rule='maxLength')
                        if data__operators_item_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + ' must not contain ' + str(data__operators_item_keys) + ' properties', value=data__operators_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + '', rule='additionalProperties')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties', value=data, name='' + (name_prefix or 'data') + '', rule='additionalProperties')
    return data

def validate___definitions_graph(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['vertices', 'operators']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'), value=data, name='' + (name_prefix or 'data') + '', rule='required')
        data_keys = list(data)
        if 'vertices' in data_keys:
            data_keys.remove('vertices')
            data__vertices = data['vertices']
            if not isinstance(data__vertices, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices must be object', value=data__vertices, name='' + (name_prefix or 'data') + '.vertices', rule='type')
            data__vertices_is_dict = isinstance(data__vertices, dict)
            if data__vertices_is_dict:
                data__vertices__missing_keys = set(['max']) - data__vertices.keys()
                if data__vertices__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices must contain ' + (str(sorted(data__vertices__missing_keys)) + ' properties'), value=data__vertices, name='' + (name_prefix or 'data') + '.vertices', rule='required')
                data__vertices_keys = list(data__vertices)
                if 'min' in data__vertices_keys:
                    data__vertices_keys.remove('min')
                    data__vertices__min = data__vertices['min']
                    if not isinstance(data__vertices__min, int) and (not (isinstance(data__vertices__min, float) and data__vertices__min.is_integer())) or isinstance(data__vertices__min, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices.min must be integer', value=data__vertices__min, name='' + (name_prefix or 'data') + '.vertices.min', rule='type')
                    if isinstance(data__vertices__min, (int, float, Decimal)) and (not isinstance(data__vertices__min, bool)):
                        if data__vertices__min < 2:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices.min must be bigger than or equal to 2', value=data__vertices__min, name='' + (name_prefix or 'data') + '.vertices.min', rule='minimum')
                        if data__vertices__min > 64:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices.min must be smaller than or equal to 64', value=data__vertices__min, name='' + (name_prefix or 'data') + '.vertices.min', rule='maximum')
                if 'max' in data__vertices_keys:
                    data__vertices_keys.remove('max')
                    data__vertices__max = data__vertices['max']
                    if not isinstance(data__vertices__max, int) and (not (isinstance(data__vertices__max, float) and data__vertices__max.is_integer())) or isinstance(data__vertices__max, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices.max must be integer', value=data__vertices__max, name='' + (name_prefix or 'data') + '.vertices.max', rule='type')
                    if isinstance(data__vertices__max, (int, float, Decimal)) and (not isinstance(data__vertices__max, bool)):
                        if data__vertices__max < 2:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices.max must be bigger than or equal to 2', value=data__vertices__max, name='' + (name_prefix or 'data') + '.vertices.max', rule='minimum')
                        if data__vertices__max > 64:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices.max must be smaller than or equal to 64', value=data__vertices__max, name='' + (name_prefix or 'data') + '.vertices.max', rule='maximum')
                if data__vertices_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.vertices must not contain ' + str(data__vertices_keys) + ' properties', value=data__vertices, name='' + (name_prefix or 'data') + '.vertices', rule='additionalProperties')
        if 'edges' in data_keys:
            data_keys.remove('edges')
            data__edges = data['edges']
            if not isinstance(data__edges, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.edges must be object', value=data__edges, name='' + (name_prefix or 'data') + '.edges', rule='type')
            data__edges_is_dict = isinstance(data__edges, dict)
            if data__edges_is_dict:
                data__edges__missing_keys = set(['max']) - data__edges.keys()
                if data__edges__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.edges must contain ' + (str(sorted(data__edges__missing_keys)) + ' properties'), value=data__edges, name='' + (name_prefix or 'data') + '.edges', rule='required')
                data__edges_keys = list(data__edges)
                if 'max' in data__edges_keys:
                    data__edges_keys.remove('max')
                    data__edges__max = data__edges['max']
                    if not isinstance(data__edges__max, int) and (not (isinstance(data__edges__max, float) and data__edges__max.is_integer())) or isinstance(data__edges__max, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.edges.max must be integer', value=data__edges__max, name='' + (name_prefix or 'data') + '.edges.max', rule='type')
                    if isinstance(data__edges__max, (int, float, Decimal)) and (not isinstance(data__edges__max, bool)):
                        if data__edges__max < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.edges.max must be bigger than or equal to 1', value=data__edges__max, name='' + (name_prefix or 'data') + '.edges.max', rule='minimum')
                        if data__edges__max > 2016:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.edges.max must be smaller than or equal to 2016', value=data__edges__max, name='' + (name_prefix or 'data') + '.edges.max', rule='maximum')
                if data__edges_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.edges must not contain ' + str(data__edges_keys) + ' properties', value=data__edges, name='' + (name_prefix or 'data') + '.edges', rule='additionalProperties')
        if 'operators' in data_keys:
            data_keys.remove('operators')
            data__operators = data['operators']
            if not isinstance(data__operators, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must be array', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='type')
            data__operators_is_list = isinstance(data__operators, (list, tuple))
            if data__operators_is_list:
                data__operators_len = len(data__operators)
                if data__operators_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must contain at least 1 items', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='minItems')
                if data__operators_len > 100:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must contain less than or equal to 100 items', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='maxItems')

                def fn(var):
                    return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
                if data__operators_len > len(set((fn(data__operators_x) for data__operators_x in data__operators))):
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators must contain unique items', value=data__operators, name='' + (name_prefix or 'data') + '.operators', rule='uniqueItems')
                for data__operators_x, data__operators_item in enumerate(data__operators):
                    if not isinstance(data__operators_item, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + ' must be string', value=data__operators_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + '', rule='type')
                    if isinstance(data__operators_item, str):
                        data__operators_item_len = len(data__operators_item)
                        if data__operators_item_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__operators_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + '', rule='minLength')
                        if data__operators_item_len > 200:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__operators_item, name='' + (name_prefix or 'data') + '.operators[{data__operators_x}]'.format(**locals()) + '', rule='maxLength')
        if 'join' in data_keys:
            data_keys.remove('join')
            data__join = data['join']
            if not (isinstance(data__join, str) and data__join == 'sum' or (isinstance(data__join, str) and data__join == 'concat') or (isinstance(data__join, str) and data__join == 'product') or (isinstance(data__join, str) and data__join == 'mean')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".join must be one of ['sum', 'concat', 'product', 'mean']", value=data__join, name='' + (name_prefix or 'data') + '.join', rule='enum')
        if 'output_join' in data_keys:
            data_keys.remove('output_join')
            data__outputjoin = data['output_join']
            if not (isinstance(data__outputjoin, str) and data__outputjoin == 'sum' or (isinstance(data__outputjoin, str) and data__outputjoin == 'concat') or (isinstance(data__outputjoin, str) and data__outputjoin == 'product') or (isinstance(data__outputjoin, str) and data__outputjoin == 'mean')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".output_join must be one of ['sum', 'concat', 'product', 'mean']", value=data__outputjoin, name='' + (name_prefix or 'data') + '.output_join', rule='enum')
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
            validate___definitions_key(data__op, custom_formats, (name_prefix or 'data') + '.op')
        if 'candidates' in data_keys:
            data_keys.remove('candidates')
            data__candidates = data['candidates']
            validate___definitions_candidates(data__candidates, custom_formats, (name_prefix or 'data') + '.candidates')
        if 'inputs' in data_keys:
            data_keys.remove('inputs')
            data__inputs = data['inputs']
            if not isinstance(data__inputs, (list, tuple, dict)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs must be array or object', value=data__inputs, name='' + (name_prefix or 'data') + '.inputs', rule='type')
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
            data__inputs_is_dict = isinstance(data__inputs, dict)
            if data__inputs_is_dict:
                data__inputs_keys = list(data__inputs)
                if 'choose' in data__inputs_keys:
                    data__inputs_keys.remove('choose')
                    data__inputs__choose = data__inputs['choose']
                    if not isinstance(data__inputs__choose, int) and (not (isinstance(data__inputs__choose, float) and data__inputs__choose.is_integer())) or isinstance(data__inputs__choose, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.choose must be integer', value=data__inputs__choose, name='' + (name_prefix or 'data') + '.inputs.choose', rule='type')
                    if isinstance(data__inputs__choose, (int, float, Decimal)) and (not isinstance(data__inputs__choose, bool)):
                        if data__inputs__choose < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.choose must be bigger than or equal to 1', value=data__inputs__choose, name='' + (name_prefix or 'data') + '.inputs.choose', rule='minimum')
                        if data__inputs__choose > 100:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.choose must be smaller than or equal to 100', value=data__inputs__choose, name='' + (name_prefix or 'data') + '.inputs.choose', rule='maximum')
                if 'from' in data__inputs_keys:
                    data__inputs_keys.remove('from')
                    data__inputs__from = data__inputs['from']
                    if not isinstance(data__inputs__from, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.from must be array', value=data__inputs__from, name='' + (name_prefix or 'data') + '.inputs.from', rule='type')
                    data__inputs__from_is_list = isinstance(data__inputs__from, (list, tuple))
                    if data__inputs__from_is_list:
                        data__inputs__from_len = len(data__inputs__from)
                        if data__inputs__from_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.from must contain at least 1 items', value=data__inputs__from, name='' + (name_prefix or 'data') + '.inputs.from', rule='minItems')
                        if data__inputs__from_len > 1000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.from must contain less than or equal to 1000 items', value=data__inputs__from, name='' + (name_prefix or 'data') + '.inputs.from', rule='maxItems')

                        def fn(var):
                            return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
                        if data__inputs__from_len > len(set((fn(data__inputs__from_x) for data__inputs__from_x in data__inputs__from))):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.from must contain unique items', value=data__inputs__from, name='' + (name_prefix or 'data') + '.inputs.from', rule='uniqueItems')
                        for data__inputs__from_x, data__inputs__from_item in enumerate(data__inputs__from):
                            if not isinstance(data__inputs__from_item, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.from[{data__inputs__from_x}]'.format(**locals()) + ' must be string', value=data__inputs__from_item, name='' + (name_prefix or 'data') + '.inputs.from[{data__inputs__from_x}]'.format(**locals()) + '', rule='type')
                            if isinstance(data__inputs__from_item, str):
                                data__inputs__from_item_len = len(data__inputs__from_item)
                                if data__inputs__from_item_len < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.from[{data__inputs__from_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__inputs__from_item, name='' + (name_prefix or 'data') + '.inputs.from[{data__inputs__from_x}]'.format(**locals()) + '', rule='minLength')
                                if data__inputs__from_item_len > 200:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.from[{data__inputs__from_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__inputs__from_item, name='' + (name_prefix or 'data') + '.inputs.from[{data__inputs__from_x}]'.format(**locals()) + '', rule='maxLength')
                if 'repeat' in data__inputs_keys:
                    data__inputs_keys.remove('repeat')
                    data__inputs__repeat = data__inputs['repeat']
                    if not isinstance(data__inputs__repeat, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.repeat must be boolean', value=data__inputs__repeat, name='' + (name_prefix or 'data') + '.inputs.repeat', rule='type')
                if 'candidates' in data__inputs_keys:
                    data__inputs_keys.remove('candidates')
                    data__inputs__candidates = data__inputs['candidates']
                    if not isinstance(data__inputs__candidates, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.candidates must be array', value=data__inputs__candidates, name='' + (name_prefix or 'data') + '.inputs.candidates', rule='type')
                    data__inputs__candidates_is_list = isinstance(data__inputs__candidates, (list, tuple))
                    if data__inputs__candidates_is_list:
                        data__inputs__candidates_len = len(data__inputs__candidates)
                        if data__inputs__candidates_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.candidates must contain at least 1 items', value=data__inputs__candidates, name='' + (name_prefix or 'data') + '.inputs.candidates', rule='minItems')
                        if data__inputs__candidates_len > 100:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.candidates must contain less than or equal to 100 items', value=data__inputs__candidates, name='' + (name_prefix or 'data') + '.inputs.candidates', rule='maxItems')

                        def fn(var):
                            return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
                        if data__inputs__candidates_len > len(set((fn(data__inputs__candidates_x) for data__inputs__candidates_x in data__inputs__candidates))):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.candidates must contain unique items', value=data__inputs__candidates, name='' + (name_prefix or 'data') + '.inputs.candidates', rule='uniqueItems')
                        for data__inputs__candidates_x, data__inputs__candidates_item in enumerate(data__inputs__candidates):
                            if not isinstance(data__inputs__candidates_item, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.candidates[{data__inputs__candidates_x}]'.format(**locals()) + ' must be string', value=data__inputs__candidates_item, name='' + (name_prefix or 'data') + '.inputs.candidates[{data__inputs__candidates_x}]'.format(**locals()) + '', rule='type')
                            if isinstance(data__inputs__candidates_item, str):
                                data__inputs__candidates_item_len = len(data__inputs__candidates_item)
                                if data__inputs__candidates_item_len < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.candidates[{data__inputs__candidates_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__inputs__candidates_item, name='' + (name_prefix or 'data') + '.inputs.candidates[{data__inputs__candidates_x}]'.format(**locals()) + '', rule='minLength')
                                if data__inputs__candidates_item_len > 200:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.candidates[{data__inputs__candidates_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__inputs__candidates_item, name='' + (name_prefix or 'data') + '.inputs.candidates[{data__inputs__candidates_x}]'.format(**locals()) + '', rule='maxLength')
                if 'loose' in data__inputs_keys:
                    data__inputs_keys.remove('loose')
                    data__inputs__loose = data__inputs['loose']
                    if not isinstance(data__inputs__loose, (list, tuple)):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.loose must be array', value=data__inputs__loose, name='' + (name_prefix or 'data') + '.inputs.loose', rule='type')
                    data__inputs__loose_is_list = isinstance(data__inputs__loose, (list, tuple))
                    if data__inputs__loose_is_list:
                        data__inputs__loose_len = len(data__inputs__loose)
                        if data__inputs__loose_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.loose must contain at least 1 items', value=data__inputs__loose, name='' + (name_prefix or 'data') + '.inputs.loose', rule='minItems')
                        if data__inputs__loose_len > 1000:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.loose must contain less than or equal to 1000 items', value=data__inputs__loose, name='' + (name_prefix or 'data') + '.inputs.loose', rule='maxItems')

                        def fn(var):
                            return frozenset(dict(((k, fn(v)) for k, v in var.items())).items()) if hasattr(var, 'items') else tuple((fn(v) for v in var)) if isinstance(var, (dict, list)) else (bool, var) if isinstance(var, bool) else var
                        if data__inputs__loose_len > len(set((fn(data__inputs__loose_x) for data__inputs__loose_x in data__inputs__loose))):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.loose must contain unique items', value=data__inputs__loose, name='' + (name_prefix or 'data') + '.inputs.loose', rule='uniqueItems')
                        for data__inputs__loose_x, data__inputs__loose_item in enumerate(data__inputs__loose):
                            if not isinstance(data__inputs__loose_item, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.loose[{data__inputs__loose_x}]'.format(**locals()) + ' must be string', value=data__inputs__loose_item, name='' + (name_prefix or 'data') + '.inputs.loose[{data__inputs__loose_x}]'.format(**locals()) + '', rule='type')
                            if isinstance(data__inputs__loose_item, str):
                                data__inputs__loose_item_len = len(data__inputs__loose_item)
                                if data__inputs__loose_item_len < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.loose[{data__inputs__loose_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data__inputs__loose_item, name='' + (name_prefix or 'data') + '.inputs.loose[{data__inputs__loose_x}]'.format(**locals()) + '', rule='minLength')
                                if data__inputs__loose_item_len > 200:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs.loose[{data__inputs__loose_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data__inputs__loose_item, name='' + (name_prefix or 'data') + '.inputs.loose[{data__inputs__loose_x}]'.format(**locals()) + '', rule='maxLength')
                if data__inputs_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.inputs must not contain ' + str(data__inputs_keys) + ' properties', value=data__inputs, name='' + (name_prefix or 'data') + '.inputs', rule='additionalProperties')
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

def validate___definitions_values(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, (list, tuple)):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be array', value=data, name='' + (name_prefix or 'data') + '', rule='type')
    data_is_list = isinstance(data, (list, tuple))
    if data_is_list:
        data_len = len(data)
        if data_len < 1:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain at least 1 items', value=data, name='' + (name_prefix or 'data') + '', rule='minItems')
        if data_len > 1000:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain less than or equal to 1000 items', value=data, name='' + (name_prefix or 'data') + '', rule='maxItems')
        for data_x, data_item in enumerate(data):
            if not isinstance(data_item, (str, int, float, Decimal)) or isinstance(data_item, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must be string or number', value=data_item, name='' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + '', rule='type')
            if isinstance(data_item, str):
                data_item_len = len(data_item)
                if data_item_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must be longer than or equal to 1 characters', value=data_item, name='' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + '', rule='minLength')
                if data_item_len > 200:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must be shorter than or equal to 200 characters', value=data_item, name='' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + '', rule='maxLength')
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

validate_space = validate_urn_nasport_space_1
