// The code of the precompiled headers (ERM_SHARE_COMPILATION), and nothing else.
