-- A condition that holds once sequences have been made of all that was stored before there were any; until then nothing is answered.
throwIf((SELECT count() FROM one_time_work WHERE work = 'event_sequences') = 0,
    'sequences are being made of what earlier versions have stored: ask again in a few minutes') = 0
