#include "CCLIPVocabulary.h"
