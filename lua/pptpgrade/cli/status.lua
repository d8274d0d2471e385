-- SPDX-License-Identifier: BSD-2-Clause
--- The exit statuses, as the manual page tells them.
return { DONE = 0, TRIPPED = 1, USAGE = 2, COULD_NOT = 3, PART = 4 }
