-- SPDX-License-Identifier: BSD-2-Clause
--- What was published about products. None of these servers shows its version:
-- these are questions to its owner, and never move the grade.
local M = {}

-- What was published about a family. Whether this server has it cannot be
-- seen: none of them shows its version. Never graded. `affects`: which
-- versions; `condition`: what else must be so, where it is known.
M.vulnerabilities = {
  poptop_old = {
    { id = "CVE-2003-0213", affects = "Poptop before 1.1.4-b3",
      nature = "overflow by a message's length, before any login",
      source = "NVD; Bugtraq 2003-04-09" },
  },
  pppd = {
    { id = "CVE-2020-8597", affects = "pppd 2.4.2 to 2.4.8",
      condition = "without the distributor's patch of February 2020",
      nature = "overflow in EAP, before any login, even where EAP is off",
      source = "NVD; CERT/CC VU#782301" },
    { id = "CVE-2015-3310", affects = "pppd up to 2.4.6",
      condition = "with radius.so, and process numbers above 65535",
      nature = "overflow by a large process number", source = "NVD" },
  },
  accel = {
    { id = "CVE-2021-42870", affects = "accel-ppp 1.12.0",
      nature = "read out of bounds at Call-Clear-Request; disputed",
      source = "NVD; xebd/accel-ppp issue 156" },
    { id = "CVE-2021-42054", affects = "accel-ppp 1.12.0",
      nature = "memory error when a context ends", source = "NVD" },
    { id = "accel-ppp 2ad648c3", affects = "accel-ppp up to 1.14.0",
      nature = "a message of length 0 stalls its connection",
      source = "accel-ppp commit 2ad648c3; no CVE" },
    { id = "CVE-2020-28194", affects = "accel-ppp up to 1.12.0",
      condition = "with RADIUS; not reachable over PPTP",
      nature = "memory error in RADIUS", source = "NVD" },
    { id = "CVE-2022-24704", affects = "accel-ppp up to 1.12.0",
      condition = "with RADIUS; not reachable over PPTP",
      nature = "memory error in RADIUS", source = "NVD" },
    { id = "CVE-2022-24705", affects = "accel-ppp up to 1.12.0",
      condition = "with RADIUS; not reachable over PPTP",
      nature = "memory error in RADIUS", source = "NVD" },
    { id = "CVE-2022-0982", affects = "accel-ppp up to 1.12.0",
      condition = "with its telnet command line reachable",
      nature = "memory error in the telnet command line", source = "NVD" },
  },
  mpd = {
    { id = "CVE-2020-7466", affects = "mpd before 5.9",
      nature = "read out of bounds by an authentication message",
      source = "NVD" },
    { id = "FreeBSD D57383", affects = "FreeBSD's kernel PPTP",
      condition = "without the change of 2026",
      nature = "crash by a short length field",
      source = "FreeBSD review D57383; no CVE" },
  },
  cisco = {
    { id = "CVE-2001-1183", affects = "IOS 12.1 and 12.2",
      nature = "one crafted message reloads the router",
      source = "NVD; Cisco advisory of 2001-07-12" },
    { id = "CVE-2008-1150", affects = "IOS before 12.3",
      condition = "with VPDN", nature = "ordinary calls leak interfaces",
      source = "cisco-sa-20080326-pptp" },
    { id = "CVE-2008-1151", affects = "IOS before 12.3",
      condition = "with VPDN", nature = "ordinary calls leak memory",
      source = "cisco-sa-20080326-pptp" },
    { id = "CVE-2013-5481", affects = "IOS",
      condition = "where it translates PPTP that passes through",
      nature = "crash by PPTP that passes through", source = "NVD" },
  },
  windows = {
    { id = "CVE-2022-23253", affects = "Windows 7 to Server 2022",
      nature = "crash by control messages out of order", fixed = "2022-03",
      source = "MSRC; Nettitude (2022)" },
    { id = "CVE-2022-21972", affects = "Windows",
      nature = "code execution by a race", fixed = "2022-05" },
    { id = "CVE-2022-23270", affects = "Windows",
      nature = "code execution by a race", fixed = "2022-05" },
    { id = "CVE-2022-30133", affects = "Windows",
      nature = "code execution in PPP", fixed = "2022-08" },
    { id = "CVE-2022-35744", affects = "Windows",
      nature = "code execution in PPP", fixed = "2022-08" },
    { id = "CVE-2022-35747", affects = "Windows", nature = "crash in PPP",
      fixed = "2022-08" },
    { id = "CVE-2022-35769", affects = "Windows", nature = "crash in PPP",
      fixed = "2022-08" },
    { id = "CVE-2022-22035", affects = "Windows", nature = "code execution",
      fixed = "2022-10" },
    { id = "CVE-2022-24504", affects = "Windows", nature = "code execution",
      fixed = "2022-10" },
    { id = "CVE-2022-30198", affects = "Windows", nature = "code execution",
      fixed = "2022-10" },
    { id = "CVE-2022-33634", affects = "Windows", nature = "code execution",
      fixed = "2022-10" },
    { id = "CVE-2022-38000", affects = "Windows", nature = "code execution",
      fixed = "2022-10" },
    { id = "CVE-2022-38047", affects = "Windows", nature = "code execution",
      fixed = "2022-10" },
    { id = "CVE-2022-41081", affects = "Windows", nature = "code execution",
      fixed = "2022-10" },
    { id = "CVE-2022-37965", affects = "Windows", nature = "crash",
      fixed = "2022-10" },
    { id = "CVE-2022-41039", affects = "Windows", nature = "code execution",
      fixed = "2022-11" },
    { id = "CVE-2022-41044", affects = "Windows", nature = "code execution",
      fixed = "2022-11" },
    { id = "CVE-2022-41088", affects = "Windows", nature = "code execution",
      fixed = "2022-11" },
    { id = "CVE-2022-41090", affects = "Windows", nature = "crash",
      fixed = "2022-11" },
    { id = "CVE-2022-41116", affects = "Windows", nature = "crash",
      fixed = "2022-11" },
    { id = "CVE-2023-23404", affects = "Windows", nature = "code execution",
      fixed = "2023-03" },
    { id = "CVE-2023-28232", affects = "Windows", nature = "code execution",
      fixed = "2023-04" },
  },
  windows_nt = {
    { id = "CVE-1999-0140", affects = "Windows NT 4", nature = "crash",
      source = "NVD" },
    { id = "CVE-2001-0017", affects = "Windows NT 4",
      nature = "kernel memory leak", source = "MS01-009" },
    { id = "CVE-2002-1214", affects = "Windows 2000 and XP",
      nature = "overflow in control data", source = "MS02-063" },
  },
}

-- What every row of a family has in common.
local family_names = {
  poptop_old = "Poptop (Moreton Bay)", pppd = "pppd", accel = "accel-ppp",
  mpd = "mpd", cisco = "Cisco IOS", windows = "Windows",
  windows_nt = "Windows NT, 2000 and XP",
}

local function complete(family, row)
  row.product = family_names[family]
  row.source = row.source or "MSRC; NVD"
  if row.fixed then
    row.condition = "without the Windows update of " .. row.fixed
    row.check = "check the Windows update named"
  end
  row.condition = row.condition or "in the versions named"
end

for family, rows in pairs(M.vulnerabilities) do
  for _, row in ipairs(rows) do
    complete(family, row)
  end
end

local function add(into, family, basis)
  for _, known in ipairs(M.vulnerabilities[family] or {}) do
    into[#into + 1] = { id = known.id, product = known.product,
                        affects = known.affects, nature = known.nature,
                        condition = known.condition, fixed = known.fixed,
                        source = known.source, check = known.check,
                        basis = basis .. "; its version does not show" }
  end
end

local family_basis = {
  strings = "product family from the SCCRP",
  behaviour = "product family from its behaviour",
  ["strings and behaviour"] = "product family from SCCRP and behaviour",
}

-- Others with a PPP of their own send what pppd sends: only who has no other,
-- or no name, is believed to have pppd without its challenge's proof.
local runs_pppd = { poptop = true, poptop_old = true, apple = true,
                    pppd = true }

local function pppd_basis(product)
  local family = product.family
  if product.ppp == "pppd" and product.ppp_proven then
    return "pppd by its CHAP challenge"
  elseif product.ppp == "pppd" and (not family or runs_pppd[family]) then
    return "pppd by its LCP, not proven"
  elseif (family == "poptop" or family == "poptop_old") and not product.ppp
  then
    return "Poptop usually runs pppd, not proven here"
  end
end

local function listed(family, basis, of_pppd)
  local found = {}
  if family ~= "pppd" then
    add(found, family, basis)
  end
  if of_pppd then
    add(found, "pppd", of_pppd)
  end
  return found
end

-- Lists by what they follow from: three of our own words, of a few each.
local lists = {}

--- The lists that servers share: list -> true.
M.shared = {}

--- What was published about a product's family. Never graded.
-- @tparam table|nil product of M.product
-- @treturn table list of { id, product, affects, condition, nature, basis,
--   source, fixed, check }; servers with the same share one: leave it as it is
function M.potential(product)
  if not product then
    return {}
  end
  local basis, of_pppd = family_basis[product.basis], pppd_basis(product)
  local key = ("%s|%s|%s"):format(product.family, basis, of_pppd)
  local list = lists[key]
  if not list then
    list = listed(product.family, basis, of_pppd)
    lists[key], M.shared[list] = list, true
  end
  return list
end

return M
