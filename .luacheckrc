std = "lua53" -- what nmap 7.93 runs; the tests run the same files in 5.4
max_line_length = 80
include_files = { "lua", "tests", "nse", ".luacheckrc" }
files["tests/lua"] = { std = "+busted" }
files["nse"] = {
  globals = { "description", "author", "license", "categories",
              "dependencies", "portrule", "action" },
  read_globals = { "SCRIPT_NAME", "SCRIPT_TYPE", "SCRIPT_PATH" },
  max_comment_line_length = false, -- NSEDoc has real output
}
