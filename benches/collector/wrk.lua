-- wrk at full load with prepared requests, none of them twice: of N threads each takes every N-th.
-- Arguments behind "--": file of requests, bytes of each, first, count, threads. Prints one line of
-- JSON behind the word RESULT: "next" is the first request that was not sent, "exhausted" is above
-- 0 if there were too few.
local ffi = require("ffi")
ffi.cdef [[
int open(const char *path, int flags);
void *mmap(void *address, size_t length, int protection, int flags, int file, long offset);
]]
local READ_ONLY, SHARED = 1, 1

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  local path = args[1]
  bytes, step, exhausted = tonumber(args[2]), tonumber(args[5]), 0
  local first, count = tonumber(args[3]), tonumber(args[4])
  next_one, behind_last = first + number, first + count
  local file = ffi.C.open(path, 0)
  assert(file >= 0, "cannot open " .. path)
  local all = ffi.C.mmap(nil, behind_last * bytes, READ_ONLY, SHARED, file, 0)
  assert(ffi.cast("intptr_t", all) ~= -1, "cannot map " .. path)
  requests = ffi.cast("const char *", all)
end

function request()
  local one = ffi.string(requests + next_one * bytes, bytes)
  if next_one + step < behind_last then
    next_one = next_one + step
  else
    exhausted = 1
  end
  return one
end

function done(summary, latency)
  local exhausted, next_one = 0, 0
  for _, thread in ipairs(threads) do
    exhausted = exhausted + thread:get("exhausted")
    next_one = math.max(next_one, thread:get("next_one"))
  end
  local errors = summary.errors
  print(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"not_ok":%d,"failed":%d,"exhausted":%d,"next":%d,'
      .. '"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d}',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, exhausted, next_one,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
end
