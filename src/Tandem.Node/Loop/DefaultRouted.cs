using Google.Protobuf;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Node.Loop;

/// <summary>
/// Calls that this node answered by default routing while the journal was away. They are told when it is back, if need be by
/// the node's next start: until then they lie in a file. A request id each, so that telling twice is telling once.
/// </summary>
sealed class DefaultRouted
{
    const string Name = "default-routed.bin";
    /// <summary>More are answered and not told.</summary>
    const int Max = 100_000;

    readonly Storage _storage;
    readonly Proposer _proposer;
    readonly Dictionary<string, Entry> _calls = new(StringComparer.Ordinal);
    /// <summary>The request ids that this start has not proposed yet, in the order in which the calls were answered.</summary>
    readonly Queue<string> _toTell = [];
    readonly Action<string> _alarm;
    StorageFile? _file;
    long _length;
    int _added;

    public DefaultRouted(Storage storage, Proposer proposer, Action<string> alarm)
    {
        (_storage, _proposer, _alarm) = (storage, proposer, alarm);
        if (!storage.Names().Contains(Name)) return;
        _file = storage.Open(Name);
        byte[] bytes = new byte[_file.Length];
        _file.Read(0, bytes);
        var input = new CodedInputStream(bytes);
        try
        {
            while (!input.IsAtEnd)
            {
                var entry = new Entry();
                input.ReadMessage(entry);
                if (_calls.TryAdd(entry.RequestId, entry)) _toTell.Enqueue(entry.RequestId);
                _length = input.Position;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // The last one was being written when the process ended.
        }
    }

    public void Add(CallDefaultRouted call)
    {
        if (_calls.Count >= Max) return;
        var entry = new Entry { CallDefaultRouted = call, RequestId = $"default-routed-{_proposer.Incarnation}-{call.UnixUs}-{_added++}" };
        _calls[entry.RequestId] = entry;
        _toTell.Enqueue(entry.RequestId);
        try
        {
            _file ??= _storage.Create(Name, 0);
            byte[] bytes = new byte[entry.CalculateSize() + CodedOutputStream.ComputeLengthSize(entry.CalculateSize())];
            var output = new CodedOutputStream(bytes);
            output.WriteMessage(entry);
            _file.Write(_length, bytes);
            _length += bytes.Length;
        }
        catch (Exception e) when (e is IOException or StorageFullException)
        {
            _alarm($"{_storage.PathOf(Name)} could not be written: {e.Message}");
        }
    }

    /// <summary>When the journal is there again. What it takes is forgotten when it was applied.</summary>
    public void Propose()
    {
        while (_toTell.TryPeek(out string? id)
            && (!_calls.TryGetValue(id, out Entry? entry) || _proposer.TryPropose(entry.Clone(), Priority.InProgress) == Refusal.None)) _toTell.Dequeue();
    }

    public void Done(string requestId)
    {
        if (!_calls.Remove(requestId) || _calls.Count > 0) return;
        _file?.Dispose();
        _file = null;
        _length = 0;
        _storage.Delete(Name);
    }
}
