-- Turns of work that is done over and over go after two days; what was claimed once stays claimed for 90.
ALTER TABLE claims MODIFY TTL
    toDateTime(until) + INTERVAL 90 DAY DELETE WHERE NOT startsWith(work, 'turn '),
    toDateTime(until) + INTERVAL 2 DAY DELETE WHERE startsWith(work, 'turn ')
