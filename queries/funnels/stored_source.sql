-- The source of a conversation `made` as it is grouped: 'unnamed' is a ref or a click that came without a source.
if(made.source = 'other' AND made.source_name = '' AND (made.ref != '' OR made.clicked != ''), 'unnamed', made.source)
