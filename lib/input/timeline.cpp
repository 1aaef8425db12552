#include "input/timeline.hpp"

#include <algorithm>

namespace lapicque::detail {
namespace {

/// The order of a heap whose top is the earliest.
constexpr auto later = [](const auto& a, const auto& b) { return a.time > b.time; };

}  // namespace

Timeline::Timeline(const Current& current) : current_(&current) {
  for (const Synapse& synapse : current.synapses()) taus_.push_back(synapse.tau);
  std::sort(taus_.begin(), taus_.end());
  taus_.erase(std::unique(taus_.begin(), taus_.end()), taus_.end());
  arrivals_.resize(taus_.size());

  const auto add_all = [this](Kind kind, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      Cursor cursor{0, kind, k, 0, {}, SingleEvent::Kind::sample, 0};
      if (kind == Kind::pulses) {
        cursor.events = *current_->pulses()[k].events;
        cursor.single = SingleEvent::Kind::jump;
      }
      if (kind == Kind::synapse) {
        const Synapse& synapse = current_->synapses()[k];
        cursor.events = *synapse.events;
        cursor.single = synapse.shape == Shape::alpha ? SingleEvent::Kind::alpha : SingleEvent::Kind::exponential;
        const auto place = std::lower_bound(taus_.begin(), taus_.end(), synapse.tau);
        cursor.place = static_cast<std::size_t>(place - taus_.begin());
      }
      cursor.time = time_of(cursor, 0);
      if (cursor.time < forever) cursors_.push_back(cursor);
    }
  };
  add_all(Kind::step, current.steps().size());
  add_all(Kind::ramp, current.ramps().size());
  add_all(Kind::sinusoid, current.sinusoids().size());
  add_all(Kind::samples, current.samples().size());
  add_all(Kind::pulses, current.pulses().size());
  add_all(Kind::synapse, current.synapses().size());
  std::make_heap(cursors_.begin(), cursors_.end(), later);
  if (!cursors_.empty()) let_first_sink();
}

void Timeline::let_first_sink() {
  const Cursor cursor = cursors_[0];
  const std::size_t size = cursors_.size();
  std::size_t place = 0;
  for (std::size_t child = 1; child < size; child = 2 * place + 1) {
    if (child + 1 < size && cursors_[child + 1].time < cursors_[child].time) ++child;
    if (!(cursors_[child].time < cursor.time)) break;
    cursors_[place] = cursors_[child];
    place = child;
  }
  cursors_[place] = cursor;
  next_of_others_ = forever;
  for (std::size_t child = 1; child < std::min<std::size_t>(size, 3); ++child) {
    next_of_others_ = std::min(next_of_others_, cursors_[child].time);
  }
}

void Timeline::advance() {
  jump_.clear();
  if (arrived_) {
    for (Arrivals& arrivals : arrivals_) {
      arrivals.exponential.clear();
      arrivals.alpha.clear();
    }
    arrived_ = false;
  }
  const double now = next();
  while (next() == now && now < forever) {
    Cursor& cursor = cursors_[0];
    do {
      happen(cursor);
      cursor.time = time_of(cursor, ++cursor.position);
    } while (cursor.time == now);
    let_first_sink();
  }
}

double Timeline::time_of(const Cursor& cursor, std::size_t position) const {
  const auto onset_or_end = [&](const auto& piece) {
    return position == 0 ? piece.start : position == 1 ? piece.stop : forever;
  };
  switch (cursor.kind) {
    case Kind::step:
      return onset_or_end(current_->steps()[cursor.piece]);
    case Kind::ramp:
      return onset_or_end(current_->ramps()[cursor.piece]);
    case Kind::sinusoid:
      return onset_or_end(current_->sinusoids()[cursor.piece]);
    case Kind::samples: {
      const Samples& samples = current_->samples()[cursor.piece];
      return position <= samples.values->size() ? samples.breakpoint(position) : forever;
    }
    case Kind::pulses:
    case Kind::synapse:
      return event_time(cursor, position);
  }
  return forever;
}

void Timeline::happen(const Cursor& cursor) {
  const bool onset = cursor.position == 0;
  switch (cursor.kind) {
    case Kind::step: {
      const double amplitude = current_->steps()[cursor.piece].amplitude;
      add_constant(onset ? amplitude : -amplitude);
      break;
    }
    case Kind::ramp: {
      const auto& [start, stop, from, to] = current_->ramps()[cursor.piece];
      onset ? add_line(start, stop, from, to) : remove_line(start, stop, from, to);
      break;
    }
    case Kind::sinusoid:
      onset ? add_wave(cursor.piece) : remove_wave(cursor.piece);
      break;
    case Kind::samples:
      next_sample(current_->samples()[cursor.piece], cursor.position);
      break;
    case Kind::pulses:
      jump_.add(cursor.events[cursor.position].size);
      break;
    case Kind::synapse: {
      const double weight = cursor.events[cursor.position].size;
      Arrivals& arrivals = arrivals_[cursor.place];
      (cursor.single == SingleEvent::Kind::alpha ? arrivals.alpha : arrivals.exponential).add(weight);
      arrived_ = true;
      break;
    }
  }
}

void Timeline::sample(const Samples& piece, std::size_t k) {
  const std::vector<double>& values = *piece.values;
  // With straight lines, sample k starts a line to the next one; the last sample holds, as all do without them.
  const auto is_line = [&](std::size_t index) { return piece.hold == Hold::linear && index + 1 < values.size(); };
  if (k > 0) {
    if (is_line(k - 1)) {
      remove_line(piece.breakpoint(k - 1), piece.breakpoint(k), values[k - 1], values[k]);
    } else {
      add_constant(-values[k - 1]);
    }
  }
  if (k < values.size()) {
    if (is_line(k)) {
      add_line(piece.breakpoint(k), piece.breakpoint(k + 1), values[k], values[k + 1]);
    } else {
      add_constant(values[k]);
    }
  }
}

std::vector<Line>::iterator Timeline::find_line(double start, double stop) {
  return std::find_if(lines_.begin(), lines_.end(),
                      [&](const Line& line) { return line.start == start && line.stop == stop; });
}

void Timeline::add_line(double start, double stop, double from, double to) {
  auto line = find_line(start, stop);
  if (line == lines_.end()) line = lines_.insert(line, {start, stop, {}, {}, 0});
  line->from.add(from);
  line->to.add(to);
  ++line->pieces;
}

void Timeline::remove_line(double start, double stop, double from, double to) {
  const auto line = find_line(start, stop);
  line->from.add(-from);
  line->to.add(-to);
  if (--line->pieces == 0) lines_.erase(line);
}

std::vector<Wave>::iterator Timeline::find_wave(const Sinusoid& wave) {
  return std::find_if(waves_.begin(), waves_.end(), [&](const Wave& other) {
    const Sinusoid& its = current_->sinusoids()[other.index];
    return its.start == wave.start && its.frequency == wave.frequency && its.phase == wave.phase;
  });
}

void Timeline::add_wave(std::size_t index) {
  const Sinusoid& sinusoid = current_->sinusoids()[index];
  auto wave = find_wave(sinusoid);
  if (wave == waves_.end()) wave = waves_.insert(wave, {index, {}, 0});
  wave->amplitude.add(sinusoid.amplitude);
  ++wave->pieces;
}

void Timeline::remove_wave(std::size_t index) {
  const Sinusoid& sinusoid = current_->sinusoids()[index];
  const auto wave = find_wave(sinusoid);
  wave->amplitude.add(-sinusoid.amplitude);
  if (--wave->pieces == 0) waves_.erase(wave);
}

}  // namespace lapicque::detail
