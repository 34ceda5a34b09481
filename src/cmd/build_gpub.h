/* build_gpub.h: `matinee build --gpub`, books for reading without a network. Layer: cmd. */
#ifndef MATINEE_CMD_BUILD_GPUB_H
#define MATINEE_CMD_BUILD_GPUB_H

#include "cmd/build_options.h"

/** Build what `options`, which have --gpub, ask for. Returns an exit code. */
int build_gpub(const struct build_options *options);

#endif
