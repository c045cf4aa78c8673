-- How many nodes and shards the cluster has, as the server knows it. Parameter: cluster.
SELECT count() AS nodes, uniqExact(shard_num) AS shards FROM system.clusters WHERE cluster = {cluster:String}
