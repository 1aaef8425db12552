#include "input/timeline.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>

namespace lapicque::detail {
namespace {

/// The order of a heap whose top is the earliest.
constexpr auto later = [](const auto& a, const auto& b) { return a.time > b.time; };

}  // namespace

Timeline::Timeline(const Current& current, const Inbox* inbox, std::span<const double> more_taus)
    : current_(&current), taus_(more_taus.begin(), more_taus.end()) {
  for (const Piece& piece : current.pieces()) {
    const Source source = source_of(piece);
    if (time_of(source, 0) < forever) cursors_.push_back({forever, 0, source});
  }
  for (std::size_t k = 0; inbox && k < inbox->receptors().size(); ++k) {
    cursors_.push_back({forever, 0, source_of(inbox->receptors()[k], inbox->events(k))});
  }
  std::sort(taus_.begin(), taus_.end());
  taus_.erase(std::unique(taus_.begin(), taus_.end()), taus_.end());
  arrivals_.resize(taus_.size());
  has_few_lists_ = cursors_.size() <= most_few &&
                   std::all_of(cursors_.begin(), cursors_.end(),
                               [](const Cursor& cursor) { return std::holds_alternative<EventList>(cursor.source); });
  for (Cursor& cursor : cursors_) {
    if (auto* list = std::get_if<EventList>(&cursor.source)) {
      list->place = static_cast<std::size_t>(std::lower_bound(taus_.begin(), taus_.end(), list->tau) - taus_.begin());
    }
  }
  look_again();
}

void Timeline::look_again() {
  for (Cursor& cursor : cursors_) cursor.time = time_of(cursor.source, cursor.position);
  std::make_heap(cursors_.begin(), cursors_.end(), later);
  if (!cursors_.empty()) let_first_sink();
}

void Timeline::pass_along_lists(std::size_t count) {
  for (; count > 0; --count) {
    Cursor* first = &cursors_[0];
    for (Cursor& cursor : cursors_) first = cursor.time < first->time ? &cursor : first;
    first->time = std::get_if<EventList>(&first->source)->time(++first->position);
  }
  std::make_heap(cursors_.begin(), cursors_.end(), later);
  let_first_sink();
}

Timeline::Source Timeline::source_of(const Piece& piece) {
  const auto index = static_cast<std::size_t>(&piece - current_->pieces().data());
  return std::visit(
      Overloaded{
          [](const Step& step) -> Source { return &step; },
          [](const Ramp& ramp) -> Source { return &ramp; },
          [&](const Sinusoid& sinusoid) -> Source {
            return NumberedSinusoid{&sinusoid, index};
          },
          [](const Samples& samples) -> Source { return &samples; },
          [&](const Pulses& pulses) -> Source { return jumps(*pulses.events); },
          [&](const Synapse& synapse) -> Source { return arrivals_at(synapse.shape, synapse.tau, *synapse.events); },
      },
      piece);
}

Timeline::Source Timeline::source_of(const Receptor& receptor, const std::vector<Event>& events) {
  return std::visit(Overloaded{
                        [&](const JumpReceptor&) { return jumps(events); },
                        [&](const SynapticReceptor& its) { return arrivals_at(its.shape, its.tau, events); },
                    },
                    receptor);
}

Timeline::EventList Timeline::jumps(const std::vector<Event>& events) {
  has_jumps_ = true;
  return {&events, SingleEvent::Kind::jump, 0, 0};
}

Timeline::EventList Timeline::arrivals_at(Shape shape, double tau, const std::vector<Event>& events) {
  taus_.push_back(tau);
  return {&events, shape == Shape::alpha ? SingleEvent::Kind::alpha : SingleEvent::Kind::exponential, tau, 0};
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
      cursor.time = time_of(cursor.source, ++cursor.position);
    } while (cursor.time == now);
    let_first_sink();
  }
}

const Samples* Timeline::samples_alone() const {
  const Samples* alone = nullptr;
  std::size_t now = 0;  // the sample that acts
  for (const Cursor& cursor : cursors_) {
    if (cursor.time == forever || std::holds_alternative<EventList>(cursor.source)) continue;
    const auto* samples = std::get_if<const Samples*>(&cursor.source);
    if (!samples || alone || cursor.position == 0 || cursor.position >= (*samples)->values->size()) return nullptr;
    alone = *samples;
    now = cursor.position - 1;
    // Breakpoints that lie close enough to round to one time are one event.
    if (!(cursor.time + alone->step / 4 > cursor.time)) return nullptr;
  }
  if (!alone || !waves_.empty()) return nullptr;
  const auto parts = constant_.parts();
  if (alone->hold == Hold::linear)
    return lines_.size() == 1 && lines_[0].pieces == 1 && parts.empty() ? alone : nullptr;
  const double value = (*alone->values)[now];
  const bool is_all = value == 0 ? parts.empty() : parts.size() == 1 && parts[0] == value;
  return lines_.empty() && is_all ? alone : nullptr;
}

void Timeline::look_further(std::span<double> times, double horizon, Ahead& ahead,
                            std::span<SingleEvent> singles) const {
  const Samples* samples = samples_alone();
  if (samples && samples->hold == Hold::linear) samples = nullptr;
  struct Next {
    double time;
    std::size_t position;
    const Source* source;
    const EventList* list;
  };
  boost::container::small_vector<Next, 8> nexts;
  for (const auto& [time, position, source] : cursors_)
    nexts.push_back({time, position, &source, std::get_if<EventList>(&source)});
  if (ahead.count > 0) nexts[0].time = time_of(*nexts[0].source, nexts[0].position += ahead.count);
  bool are_single = true;
  while (!nexts.empty()) {
    Next* first = &nexts[0];
    for (Next& next : nexts) first = next.time < first->time ? &next : first;
    auto& [time, position, source, list] = *first;
    if (!(time < horizon)) break;
    if (ahead.count > 0 && times[ahead.count - 1] == time) {  // then the one before was no single event
      ahead.single = std::min(ahead.single, ahead.count - 1);
      are_single = false;
    } else {
      if (ahead.count == times.size()) break;
      if (list && are_single) {
        singles[ahead.single++] = list->event(position);
      } else if (are_single) {
        are_single = samples && std::holds_alternative<const Samples*>(*source) && position < samples->values->size();
        if (are_single) singles[ahead.single++] = {SingleEvent::Kind::sample, 0, position};
      }
      times[ahead.count++] = time;
    }
    ++position;
    time = list ? list->time(position) : time_of(*source, position);
  }
}

double Timeline::time_of(const Source& source, std::size_t position) {
  const auto onset_or_end = [&](const auto& piece) {
    return position == 0 ? piece.start : position == 1 ? piece.stop : forever;
  };
  return std::visit(Overloaded{
                        [&](const Step* step) { return onset_or_end(*step); },
                        [&](const Ramp* ramp) { return onset_or_end(*ramp); },
                        [&](const NumberedSinusoid& wave) { return onset_or_end(*wave.sinusoid); },
                        [&](const Samples* samples) {
                          return position <= samples->values->size() ? samples->breakpoint(position) : forever;
                        },
                        [&](const EventList& list) { return list.time(position); },
                    },
                    source);
}

void Timeline::happen(const Cursor& cursor) {
  const std::size_t position = cursor.position;
  const bool onset = position == 0;
  std::visit(Overloaded{
                 [&](const Step* step) { add_constant(onset ? step->amplitude : -step->amplitude); },
                 [&](const Ramp* ramp) {
                   const auto& [start, stop, from, to] = *ramp;
                   onset ? add_line(start, stop, from, to) : remove_line(start, stop, from, to);
                 },
                 [&](const NumberedSinusoid& wave) { onset ? add_wave(wave) : remove_wave(wave); },
                 [&](const Samples* samples) { next_sample(*samples, position); },
                 [&](const EventList& list) { happen((*list.events)[position].size, list); },
             },
             cursor.source);
}

void Timeline::happen(double size, const EventList& list) {
  switch (list.kind) {
    case SingleEvent::Kind::jump:
      jump_.add(size);
      break;
    case SingleEvent::Kind::exponential:
      arrivals_[list.place].exponential.add(size);
      arrived_ = true;
      break;
    case SingleEvent::Kind::alpha:
      arrivals_[list.place].alpha.add(size);
      arrived_ = true;
      break;
    case SingleEvent::Kind::sample:
      break;
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
    const Sinusoid& its = std::get<Sinusoid>(current_->pieces()[other.index]);
    return its.start == wave.start && its.frequency == wave.frequency && its.phase == wave.phase;
  });
}

void Timeline::add_wave(const NumberedSinusoid& piece) {
  auto wave = find_wave(*piece.sinusoid);
  if (wave == waves_.end()) wave = waves_.insert(wave, {piece.index, {}, 0});
  wave->amplitude.add(piece.sinusoid->amplitude);
  ++wave->pieces;
}

void Timeline::remove_wave(const NumberedSinusoid& piece) {
  const auto wave = find_wave(*piece.sinusoid);
  wave->amplitude.add(-piece.sinusoid->amplitude);
  if (--wave->pieces == 0) waves_.erase(wave);
}

}  // namespace lapicque::detail
