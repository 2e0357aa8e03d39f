#!/bin/sh
# Starts a Windows program under Wine. Python crashes at start if its output is a file, so it gets pipes, and
# `cat` copies them to the real output. The overrides keep Wine from asking for .NET and a browser. They also
# disable `wbemprox`: Wine 8 crashes when Python asks it for the Windows version.
export WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,wbemprox,winemenubuilder.exe='
WINEPREFIX=${0%/*}/prefix
export WINEPREFIX
code=$0.$$
{ { wine "$@" </dev/null 2>&1 1>&3 3>&-; echo $? >"$code"; } | cat >&2; } 3>&1 | cat
read -r status <"$code"
rm -f "$code"
exit "$status"
