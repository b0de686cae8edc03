#include "protocol/decode.hpp"
