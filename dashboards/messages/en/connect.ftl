# The page on which an address for a spreadsheet is made.
connect-link = Connect a spreadsheet
connect-title = Connect a spreadsheet
connect-new = A new address
connect-about = The address that you make here answers this one question, in any form, and nothing else. Whoever has it sees these figures until it ends or is revoked.
connect-range = Days of its figures
    .rolling = always the last 30 days
    .fixed = the days of the address
connect-days = Good for so many days
connect-make = Make the address
connect-told = The address, which is shown this once:
connect-google = In a cell: <code>=IMPORTDATA("…")</code> with the address between the quotes. Where decimals have a comma, add <code>&amp;locale=fr</code>.
connect-excel = <b>Data › From Web</b>, with the address; credentials: <b>Anonymous</b>.
connect-libreoffice = <b>Sheet › External Links</b>, with the address; then choose how often it is read again.
connect-made = Addresses of this question
connect-none = There is no address { $name } that you may revoke.
connect-no-question = Only a question of the API that answers with rows and shows no single person can be connected.
connect-unavailable = ClickHouse did not answer; nothing was changed.
