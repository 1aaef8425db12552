#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "input/inbox.hpp"
#include "lapicque/current.hpp"
#include "numbers/exact_sum.hpp"
#include "numbers/lanes.hpp"

namespace lapicque::detail {

/// The sum of all straight lines that act now between the same two times, ms and nA.
struct Line {
  double start;
  double stop;
  ExactSum from;
  ExactSum to;
  std::size_t pieces;  // how many lines that is
};

/// The sum of all sinusoids that act now and differ in nothing but their amplitude.
struct Wave {
  std::size_t index;   // of one of them in the current's pieces
  ExactSum amplitude;  // nA
  std::size_t pieces;  // how many that is
};

/// What arrived at one instant at all synapses with one time constant, nA.
struct Arrivals {
  ExactSum exponential;
  ExactSum alpha;
};

/// An event that is one voltage jump, one arrival at one synapse, or the next sample of a list.
struct SingleEvent {
  enum class Kind { jump, exponential, alpha, sample };
  Kind kind;
  double size;        // of a jump (mV) or an arrival (nA)
  std::size_t place;  // of the synapse's time constant in synaptic_taus(), or of the sample in its list
};

/// A current as a sequence of events in time order, and what acts between them.
///
/// An event is an instant at which the current's formula changes: onset or end of a piece, a breakpoint of samples, a
/// jump, an arrival. Events of one instant are one event. Amounts are summed without rounding, so that what ends leaves
/// nothing behind and opposite amounts cancel, those of equal lines and sinusoids included. One event costs O(log
/// pieces); memory is O(pieces), however long the lists of samples and arrivals. Copies go on independently.
///
/// The events of an inbox are among them: those that are in it now, and after look_again() those that were handed
/// since.
class Timeline {
 public:
  /// @param current    must outlive the timeline and its copies, as must the inbox
  /// @param inbox      or null: no events but the current's will come
  /// @param more_taus  ms: time constants that synaptic_taus() shall have as well
  explicit Timeline(const Current& current, const Inbox* inbox = nullptr, std::span<const double> more_taus = {});

  /// Takes note of what has come to the inbox since this timeline, or the one that it is a copy of, looked last. All of
  /// that must be later than the last event that this timeline has let happen.
  void look_again();

  /// The time of the next event, ms; infinite when there is none.
  double next() const noexcept { return cursors_.empty() ? forever : cursors_[0].time; }
  /// Lets the event at next() happen.
  void advance();
  /// What lies ahead.
  struct Ahead {
    std::size_t count = 0;   ///< how many times were found
    std::size_t single = 0;  ///< how many of the first of them are of single events that are told as well
  };
  /// Single events one after the other that differ in their sizes only: jumps, arrivals at one synapse, or samples.
  struct Told {
    SingleEvent::Kind kind;
    std::size_t place;              // as of SingleEvent
    std::span<const Event> events;  // but of samples
    const Samples* samples;         // of samples only
    std::size_t count;
  };
  /// The times of the next events, ms, as many as there is room for, `lanes` at most, and come before a horizon; fewer
  /// where events of several lists coincide.
  /// Samples are told where nothing else makes the input, those of straight lines where there are no other events.
  /// @param tell  is told of single events: tell(std::size_t number of the first of them, const Told&)
  template <class Tell>
  Ahead look_ahead(std::span<double> times, double horizon, const Tell& tell) const;

  // The next three are most of what an event costs beside its exponentials, where they are called and not inlined.

  /// Whether one single event happens at next(), as most of those of a barrage do.
  [[gnu::always_inline]] bool next_is_single() const {
    const double now = next();
    if (!(now < next_of_others_)) return false;
    const auto& [time, position, source] = cursors_[0];
    if (const auto* list = std::get_if<EventList>(&source)) return list->time(position + 1) != now;
    // Breakpoints that lie close enough to round to one time are one event, which advance() lets happen.
    const auto* samples = std::get_if<const Samples*>(&source);
    return samples && now + (*samples)->step / 4 > now;
  }
  [[gnu::always_inline]] SingleEvent single() const {
    const auto& [time, position, source] = cursors_[0];
    if (const auto* list = std::get_if<EventList>(&source)) return list->event(position);
    return {SingleEvent::Kind::sample, 0, 0};
  }
  /// Lets that event happen, but for jump() and arrivals(), which stay those of the last advance().
  [[gnu::always_inline]] void pass_single() {
    auto& [time, position, source] = cursors_[0];
    const std::size_t k = position++;
    if (const auto* list = std::get_if<EventList>(&source)) {
      time = list->time(k + 1);
    } else {
      const Samples& samples = **std::get_if<const Samples*>(&source);
      next_sample(samples, k);
      time = k < samples.values->size() ? samples.breakpoint(k + 1) : forever;
    }
    if (!(time < next_of_others_)) let_first_sink();
  }

  /// The same for so many, which look_ahead() has told.
  void pass_singles(std::size_t count) {
    auto* list = cursors_.size() == 1 ? std::get_if<EventList>(&cursors_[0].source) : nullptr;
    if (!list && count > 1 && has_few_lists_) {
      pass_along_lists(count);
    } else if (!list) {
      for (; count > 0; --count) pass_single();
    } else if (count > 0) {
      cursors_[0].position += count;
      cursors_[0].time = list->time(cursors_[0].position);
    }
  }

  // What acts from the last event to the next one:

  /// The sum of all that is constant, nA.
  const ExactSum& constant() const noexcept { return constant_; }
  /// How often it has changed.
  std::size_t constant_changes() const noexcept { return constant_changes_; }
  std::span<const Line> lines() const noexcept { return lines_; }
  std::span<const Wave> waves() const noexcept { return waves_; }

  // What the last event brought:

  /// mV
  const ExactSum& jump() const noexcept { return jump_; }
  /// An entry for each of synaptic_taus(); to be looked at only where anything_arrived().
  std::span<const Arrivals> arrivals() const noexcept { return arrivals_; }
  bool anything_arrived() const noexcept { return arrived_; }

  /// Whether there are events that bring voltage jumps.
  bool has_jumps() const noexcept { return has_jumps_; }

  /// The different time constants of the current's synapses, the inbox's and what was asked for besides, ms, ascending.
  std::span<const double> synaptic_taus() const noexcept { return taus_; }

 private:
  /// The events of pulses, of a synapse, or of a receptor: what is handed to it may move them in memory, the list not.
  struct EventList {
    const std::vector<Event>* events;
    SingleEvent::Kind kind;
    double tau;         // of the synapse
    std::size_t place;  // of tau in taus_

    /// Infinite past the last one.
    double time(std::size_t position) const { return position < events->size() ? (*events)[position].time : forever; }
    SingleEvent event(std::size_t position) const { return {kind, (*events)[position].size, place}; }
  };
  struct NumberedSinusoid {
    const Sinusoid* sinusoid;
    std::size_t index;  // in the current's pieces
  };
  /// What events come from.
  using Source = std::variant<const Step*, const Ramp*, NumberedSinusoid, const Samples*, EventList>;
  /// Where a source has got to: its event number `position`, at `time`, is the next one.
  struct Cursor {
    double time;
    std::size_t position;
    Source source;
  };

  /// The source of a piece's events, or of a receptor's; notes its time constant in taus_.
  Source source_of(const Piece& piece);
  Source source_of(const Receptor& receptor, const std::vector<Event>& events);
  EventList jumps(const std::vector<Event>& events);
  EventList arrivals_at(Shape shape, double tau, const std::vector<Event>& events);
  /// The time of one of a source's events; infinite past the last one.
  static double time_of(const Source& source, std::size_t position);
  /// pass_singles() where all cursors are of lists of events.
  void pass_along_lists(std::size_t count);
  /// The list of samples that makes all of the input, if one does; else null.
  const Samples* samples_alone() const;
  /// Goes on with look_ahead() after so many events of the first cursor, whatever they are.
  void look_further(std::span<double> times, double horizon, Ahead& ahead, std::span<SingleEvent> singles) const;
  /// Restores the heap's order where the first cursor has gone on to a later time.
  void let_first_sink();
  void happen(const Cursor& cursor);
  void happen(double size, const EventList& list);
  void next_sample(const Samples& piece, std::size_t k) {
    if (!replace_sample(piece, k)) sample(piece, k);
  }
  void sample(const Samples& piece, std::size_t k);
  /// What sample() does, but quicker, where nothing else is constant, or a line. @return false elsewhere
  bool replace_sample(const Samples& piece, std::size_t k) {
    const std::vector<double>& values = *piece.values;
    if (piece.hold == Hold::previous) {
      if (k == 0 || k == values.size()) return false;
      const auto parts = constant_.parts();
      if (parts.size() != 1 || parts[0] != values[k - 1]) return false;
      constant_ = values[k];
      ++constant_changes_;
      return true;
    }
    if (k == 0 || k + 1 >= values.size() || lines_.size() != 1 || lines_[0].pieces != 1) return false;
    Line& line = lines_[0];
    line.start = line.stop;
    line.stop = piece.breakpoint(k + 1);
    line.from = values[k];
    line.to = values[k + 1];
    return true;
  }
  void add_constant(double amplitude) {
    constant_.add(amplitude);
    ++constant_changes_;
  }
  void add_line(double start, double stop, double from, double to);
  void remove_line(double start, double stop, double from, double to);
  void add_wave(const NumberedSinusoid& piece);
  void remove_wave(const NumberedSinusoid& piece);
  std::vector<Line>::iterator find_line(double start, double stop);
  std::vector<Wave>::iterator find_wave(const Sinusoid& wave);

  const Current* current_;
  std::vector<Cursor> cursors_;  // a heap, the earliest on top; what is through has an infinite time
  double next_of_others_ = forever;
  static constexpr std::size_t most_few = 8;
  bool has_few_lists_ = false;  // there are but lists of events, and no more of them than that
  std::vector<double> taus_;
  bool has_jumps_ = false;

  ExactSum constant_;
  std::size_t constant_changes_ = 0;
  std::vector<Line> lines_;
  std::vector<Wave> waves_;
  ExactSum jump_;
  std::vector<Arrivals> arrivals_;
  bool arrived_ = false;
};

template <class Tell>
Timeline::Ahead Timeline::look_ahead(std::span<double> times, double horizon, const Tell& tell) const {
  Ahead ahead;
  if (cursors_.size() == 1) {
    const auto& [time, position, source] = cursors_[0];
    if (const auto* list = std::get_if<EventList>(&source)) {
      const auto events = std::span(*list->events).subspan(position);
      const std::size_t most = std::min(times.size(), events.size());
      std::size_t k = 0;
      for (; k < most && events[k].time < horizon; ++k) times[k] = events[k].time;
      ahead.count = ahead.single = k;
      for (k = 1; k <= ahead.count && k < events.size(); ++k) {
        if (events[k].time == events[k - 1].time) ahead.count = ahead.single = k - 1;
      }
      if (ahead.count > 0) tell(0, Told{list->kind, list->place, events.first(ahead.count), nullptr, ahead.count});
    } else if (const Samples* samples = samples_alone()) {
      const std::size_t most = std::min(times.size(), samples->values->size() - position);
      std::size_t k = 0;
      for (; k < most && samples->breakpoint(position + k) < horizon; ++k) times[k] = samples->breakpoint(position + k);
      const bool ends_lines = samples->hold == Hold::linear && position + k == samples->values->size();
      ahead.count = ahead.single = ends_lines ? k - 1 : k;  // the last sample holds
      if (ahead.count > 0) tell(0, Told{SingleEvent::Kind::sample, position, {}, samples, ahead.count});
    }
  }
  if (has_few_lists_ && cursors_.size() > 1) {
    struct Next {
      double time;
      std::size_t position;
      const EventList* list;
    };
    std::array<Next, most_few> nexts;
    const std::size_t size = cursors_.size();
    for (std::size_t k = 0; k < size; ++k)
      nexts[k] = {cursors_[k].time, cursors_[k].position, std::get_if<EventList>(&cursors_[k].source)};
    while (ahead.count < times.size()) {
      Next* first = &nexts[0];
      double later = forever;  // the first of all other events
      for (std::size_t k = 1; k < size; ++k) {
        const bool is_earlier = nexts[k].time < first->time;
        later = std::min(later, is_earlier ? first->time : nexts[k].time);
        first = is_earlier ? &nexts[k] : first;
      }
      auto& [time, position, list] = *first;
      const double now = time;
      if (!(now < horizon)) return ahead;
      time = list->time(position + 1);
      if (time == now || later == now) break;
      times[ahead.count++] = now;
      tell(ahead.single++, Told{list->kind, list->place, std::span(*list->events).subspan(position, 1), nullptr, 1});
      ++position;
    }
    if (ahead.count > 0) return ahead;
  }
  std::array<SingleEvent, lanes> singles;
  const std::size_t told = ahead.single;
  if (ahead.count == times.size()) return ahead;
  look_further(times, horizon, ahead, singles);
  for (std::size_t k = told; k < ahead.single; ++k) {
    const Event event{times[k], singles[k].size};
    const bool is_sample = singles[k].kind == SingleEvent::Kind::sample;
    tell(k, Told{singles[k].kind, singles[k].place, std::span(&event, 1), is_sample ? samples_alone() : nullptr, 1});
  }
  return ahead;
}

}  // namespace lapicque::detail
