-- SPDX-License-Identifier: BSD-2-Clause
-- Both directions of JSON, for specs.
return { encode = require "pptpgrade.report.encode".encode,
         decode = require "pptpgrade.decode".decode }
