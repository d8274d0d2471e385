-- SPDX-License-Identifier: BSD-2-Clause
--- The public name of judge/evidence.lua.
return require "pptpgrade.judge.evidence"
