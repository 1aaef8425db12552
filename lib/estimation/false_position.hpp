#pragma once

#include <cmath>

namespace lapicque::estimation {

/// Where a function that is below 0 at one end and not at the other is 0: false position with the weight of an end that
/// stays halved (Illinois).
///
/// @param low     the end at which the function is below 0; End has the place x and the value y
/// @param high    the other one, at a larger x
/// @param look    look(x, low) gives the End there; `low` is the present lower end
/// @param small   |y| that is as good as 0
/// @param narrow  width, as a part of the upper end's x, that is as good as none
/// @return the End at which |y| is small; the upper one, where the width is or after `most_rounds`
template <class End, class Look>
End false_position(End low, End high, const Look& look, double small, double narrow, int most_rounds) {
  double low_weight = low.y;
  double high_weight = high.y;
  for (int round = 0; round < most_rounds && high.x - low.x > narrow * high.x; ++round) {
    const End middle = look(low.x + (high.x - low.x) * low_weight / (low_weight - high_weight), low);
    if (std::abs(middle.y) < small) return middle;
    if (middle.y > 0) {
      high = middle;
      high_weight = middle.y;
      low_weight /= 2;
    } else {
      low = middle;
      low_weight = middle.y;
      high_weight /= 2;
    }
  }
  return high;
}

}  // namespace lapicque::estimation
