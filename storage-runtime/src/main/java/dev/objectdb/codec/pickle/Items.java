package dev.objectdb.codec.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a node holds, in order. Takes no room while it is empty. */
final class Items {
  private List<PickleValue> list = List.of();
  private List<PickleValue> view = List.of();

  /** What is held, read-only. */
  List<PickleValue> view() {
    return view;
  }

  void add(PickleValue item) {
    own(1).add(item);
  }

  void addAll(PickleValue[] items) {
    if (items.length > 0) {
      Collections.addAll(own(items.length), items);
    }
  }

  private List<PickleValue> own(int room) {
    if (list.isEmpty()) {
      list = new ArrayList<>(room);
      view = Collections.unmodifiableList(list);
    }
    return list;
  }
}
