-- SPDX-License-Identifier: BSD-2-Clause
--- The public name of judge/grade.lua.
return require "pptpgrade.judge.grade"
