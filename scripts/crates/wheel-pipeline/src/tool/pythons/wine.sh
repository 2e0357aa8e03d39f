#!/bin/sh
# Starts a program of Windows. Python dies at once where its output is a file, as Wine's files are not quite
# those of Windows: it gets pipes, and what comes out of them goes where it should. Wine is not to ask for its
# own .NET and browser, and Python not to ask Wine's `wbemprox` which Windows it is on: before Wine 9 it dies of the
# answer.
export WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,wbemprox,winemenubuilder.exe='
WINEPREFIX=${0%/*}/prefix
export WINEPREFIX
code=$0.$$
{ { wine "$@" </dev/null 2>&1 1>&3 3>&-; echo $? >"$code"; } | cat >&2; } 3>&1 | cat
read -r status <"$code"
rm -f "$code"
exit "$status"
