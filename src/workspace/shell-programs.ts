const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ""));

/** Words before a command that only say how it is run. */
export const PREFIXES = words(
  `sudo doas nohup time nice ionice env command builtin exec timeout stdbuf setsid xargs parallel busybox toybox
   npx bunx then do else elif if while until ! { }`,
);

/** They read, whatever they are given; what some of them can be told to write is looked for. */
export const READERS = words(
  `cat less more head tail grep egrep fgrep rg ag ls tree stat file wc diff cmp comm cut nl od xxd hexdump strings
   md5sum sha1sum sha256sum cksum du df jq yq bat fd basename dirname realpath readlink test [ [[ echo printf true
   false pwd which type uniq tac rev column fold fmt join paste tr awk gawk mawk sort for case in export local declare
   typeset readonly read return exit npm open xdg-open source . holdfast`,
);

export const WRITES_ALL = words(
  `rm rmdir unlink shred touch mkdir truncate chmod chown chgrp tee sponge patch ed ex vi vim nvim nano emacs split
   csplit mkfifo rimraf trash trash-put`,
);

/** They take a folder away with all that is in it. */
export const REMOVERS = words("rm shred rimraf trash trash-put");

export const WRITES_LAST = words("cp mv ln install rsync scp");

export const SHELLS = words("sh bash zsh dash ksh fish");

export const GIT_READS = words(
  "status diff log show grep blame ls-files rev-parse branch fetch remote config cat-file check-ignore add commit",
);
