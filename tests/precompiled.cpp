// The code of the precompiled erm.hpp (ERM_SHARE_COMPILATION), and nothing else.
