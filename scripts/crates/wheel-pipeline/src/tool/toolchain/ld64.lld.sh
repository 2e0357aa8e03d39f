#!/bin/sh
# Runs LLVM's linker for macOS. rustc passes linker options, and maturin passes compiler options (`-Wl,…`). The
# script accepts both.
count=$#
while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    count=$((count - 1))
    case $argument in
        -flavor)
            shift
            count=$((count - 1))
            ;;
        -Wl,*)
            IFS=,
            for part in ${argument#-Wl,}; do
                set -- "$@" "$part"
            done
            unset IFS
            ;;
        *) set -- "$@" "$argument" ;;
    esac
done
