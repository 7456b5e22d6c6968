-- Buys one ticket a request, each under a key of its own, as `wrk -s sell.lua URL -- PREFIX`; prints what came of it.

local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(arguments)
  prefix = arguments[1] .. "-" .. id .. "-"
  number = 0
  headers = { ["Content-Type"] = "application/json" }
end

function request()
  number = number + 1
  headers["Idempotency-Key"] = prefix .. number
  return wrk.format("POST", "/api/v1/sales", headers, '{"buyer":"buyer","quantity":1}')
end

dofile((debug.getinfo(1, "S").source:match("^@(.*)/") or ".") .. "/told.lua")
