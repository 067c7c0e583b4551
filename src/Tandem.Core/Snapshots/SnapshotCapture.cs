using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>A snapshot in the making; at most one at a time. Drawn on the thread that applies.</summary>
public sealed class SnapshotCapture
{
    readonly ContactCentre _centre;
    readonly List<SnapshotItem> _head;
    readonly List<Entity> _entities;
    readonly Queue<SnapshotItem> _copied = [];
    readonly int _number;
    int _headNext, _next;
    bool _ended;

    internal SnapshotCapture(ContactCentre centre, List<SnapshotItem> head, List<Entity> entities, int number)
    {
        _centre = centre;
        _head = head;
        _entities = entities;
        _number = number;
        Position = centre.Position;
        Hash = centre.Hash;
    }

    public long Position { get; }
    public ulong Hash { get; }

    /// <summary>The next item, the header first; false when the last was drawn, which ends the capture.</summary>
    public bool TryNext(out SnapshotItem item)
    {
        item = null!;
        if (_ended) return false;
        if (_headNext < _head.Count)
        {
            item = _head[_headNext++];
            return true;
        }
        if (_copied.TryDequeue(out item!)) return true;
        while (_next < _entities.Count)
        {
            Entity entity = _entities[_next++];
            if (entity.Captured == _number) continue;
            entity.Captured = _number;
            item = entity.ToSnapshot();
            return true;
        }
        Abandon();
        return false;
    }

    /// <summary>Ends the capture before its last item.</summary>
    public void Abandon()
    {
        if (_ended) return;
        _ended = true;
        _centre.EndCapture();
    }

    /// <summary>Called before the first change of an entity after the mark.</summary>
    internal void CopyFirst(Entity entity)
    {
        if (entity.Captured == _number) return;
        entity.Captured = _number;
        _copied.Enqueue(entity.ToSnapshot());
    }
}
