# shellcheck shell=bash
# What each package is made of. To be read with the sources' top as the folder.

# shellcheck disable=SC2034 # for whoever reads this
release=$(sed -n 's/^VERSION := //p' Makefile)

# Whether git knows what belongs to the sources, and when it changed last.
in_git()
{
	git rev-parse --verify -q HEAD >/dev/null 2>&1
}

# Seconds since 1970, of the last commit; without git $SOURCE_DATE_EPOCH.
source_date()
{
	if in_git; then
		git log -1 --format=%ct
	else
		echo "${SOURCE_DATE_EPOCH:-$(stat -c %Y Makefile)}"
	fi
}

# The sources alone, whoever's mask it is.
copy_sources() # FOLDER
{
	mkdir -p "$1"
	if in_git; then
		git ls-files -z | tar -c --null -T - | tar -x -C "$1"
	else
		tar -c --exclude=./build . | tar -x -C "$1"
	fi
	chmod -R u=rwX,go=rX "$1"
}
