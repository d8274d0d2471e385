-- SPDX-License-Identifier: BSD-2-Clause
--- The public name of nmap/converse.lua, which needs Nmap's own libraries.
return require "pptpgrade.nmap.converse"
