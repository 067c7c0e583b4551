namespace Tandem.Sip;

/// <summary>All that waits, earliest first; equal moments in the order they were set. Four children per node: fewer cache lines than two.</summary>
sealed class TimerHeap
{
    const int Arity = 4;

    Timed[] _heap = new Timed[256];
    int _count;
    long _order;

    public int Count => _count;
    public long NextUs => _count == 0 ? Timed.Never : _heap[0].DueUs;

    /// <summary>Sets or moves the moment; <see cref="Timed.Never"/> cancels. O(log n).</summary>
    public void Set(Timed timed, long dueUs)
    {
        if (dueUs == timed.DueUs) return;
        timed.DueUs = dueUs;
        timed.Order = _order++;
        if (dueUs == Timed.Never)
        {
            if (timed.HeapIndex >= 0) Remove(timed);
            return;
        }
        if (timed.HeapIndex < 0)
        {
            if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
            timed.HeapIndex = _count;
            _heap[_count++] = timed;
        }
        Rise(timed);
        Sink(timed);
    }

    /// <summary>Takes the earliest one that is due.</summary>
    public bool TryTake(long nowUs, out Timed timed)
    {
        timed = _count == 0 ? null! : _heap[0];
        if (timed is null || timed.DueUs > nowUs) return false;
        Remove(timed);
        timed.DueUs = Timed.Never;
        return true;
    }

    void Remove(Timed timed)
    {
        Timed last = _heap[--_count];
        _heap[_count] = null!;
        int hole = timed.HeapIndex;
        timed.HeapIndex = -1;
        if (last == timed) return;
        last.HeapIndex = hole;
        _heap[hole] = last;
        Rise(last);
        Sink(last);
    }

    static bool IsBefore(Timed a, Timed b) => a.DueUs < b.DueUs || (a.DueUs == b.DueUs && a.Order < b.Order);

    void Rise(Timed timed)
    {
        int index = timed.HeapIndex;
        while (index > 0)
        {
            int parent = (index - 1) / Arity;
            if (!IsBefore(timed, _heap[parent])) break;
            Put(_heap[parent], index);
            index = parent;
        }
        Put(timed, index);
    }

    void Sink(Timed timed)
    {
        int index = timed.HeapIndex;
        while (true)
        {
            int first = index * Arity + 1;
            if (first >= _count) break;
            int best = first;
            for (int child = first + 1; child < Math.Min(first + Arity, _count); child++)
                if (IsBefore(_heap[child], _heap[best])) best = child;
            if (!IsBefore(_heap[best], timed)) break;
            Put(_heap[best], index);
            index = best;
        }
        Put(timed, index);
    }

    void Put(Timed timed, int index)
    {
        _heap[index] = timed;
        timed.HeapIndex = index;
    }
}
