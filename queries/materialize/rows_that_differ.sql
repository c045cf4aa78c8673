-- How many rows two tables have in common, and how many only one of them; without their versions.
-- Parameters: live, rebuilt (tables). Columns: same, only_live, only_rebuilt.
SELECT
    countIf(sides = 3) AS same,
    countIf(sides = 1) AS only_live,
    countIf(sides = 2) AS only_rebuilt
FROM
(
    SELECT content, groupBitOr(side) AS sides
    FROM
    (
        SELECT sipHash128(toString(tuple(* EXCEPT (version, is_deleted)))) AS content, 1 AS side
        FROM {live:Identifier} FINAL
        UNION ALL
        SELECT sipHash128(toString(tuple(* EXCEPT (version, is_deleted)))) AS content, 2 AS side
        FROM {rebuilt:Identifier} FINAL
    )
    GROUP BY content
)
