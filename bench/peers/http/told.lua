-- One line for programs: how many were answered, in which time, and how long the middle one and the slow ones took.

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'told {"answered":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
