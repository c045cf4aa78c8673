# The API for people. What it says of itself, its descriptions, is in English.
reference-about = Made of the program itself; for machines: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). A token goes into the header <code>Authorization: Bearer …</code>. Errors are <code>application/problem+json</code> and name the parameter. The header <code>RateLimit</code> says how many questions are left in this minute.
reference-parameter = Parameter
reference-type = Type
reference-parameter-about = What it says
reference-answers = Answers: { $forms }
reference-field = Field
reference-field-about = What it is
reference-list = list of { $what }
reference-or = { $one } or { $other }
