-- A few of the rows that only one of two tables has; without their versions.
-- Parameters: live, rebuilt (tables). Columns: is_live (else only the rebuilt table has it), row (a JSON object).
WITH differing AS
(
    SELECT content
    FROM
    (
        SELECT sipHash128(toString(tuple(* EXCEPT (version, is_deleted)))) AS content, 1 AS side
        FROM {live:Identifier} FINAL
        UNION ALL
        SELECT sipHash128(toString(tuple(* EXCEPT (version, is_deleted)))) AS content, 2 AS side
        FROM {rebuilt:Identifier} FINAL
    )
    GROUP BY content
    HAVING groupBitOr(side) < 3
    ORDER BY content
    LIMIT 10
)
SELECT side = 1 AS is_live, row
FROM
(
    SELECT formatRowNoNewline('JSONEachRow', * EXCEPT (version, is_deleted)) AS row, 1 AS side
    FROM {live:Identifier} FINAL
    WHERE sipHash128(toString(tuple(* EXCEPT (version, is_deleted)))) IN differing
    UNION ALL
    SELECT formatRowNoNewline('JSONEachRow', * EXCEPT (version, is_deleted)) AS row, 2 AS side
    FROM {rebuilt:Identifier} FINAL
    WHERE sipHash128(toString(tuple(* EXCEPT (version, is_deleted)))) IN differing
)
ORDER BY row, is_live
