-- Puts rows back as they lay there. table stands for one of ours: here ClickHouse takes no parameter.
INSERT INTO <<table>> FORMAT Native
