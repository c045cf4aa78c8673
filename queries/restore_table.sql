-- Puts rows back as they lay there. KEPT stands for a table of ours: here ClickHouse takes no parameter.
INSERT INTO KEPT FORMAT Native
