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
    /// <summary>More are only counted.</summary>
    const int Max = 100_000;

    readonly Storage _storage;
    readonly Proposer _proposer;
    /// <summary>By request id, in the order in which they were answered; true: proposed by this start.</summary>
    readonly OrderedDictionary<string, (Entry Entry, bool IsProposed)> _calls = new(StringComparer.Ordinal);
    bool _isNew;
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
                _calls[entry.RequestId] = (entry, false);
                _isNew = true;
                _length = input.Position;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // The last one was being written when the process ended.
        }
    }

    public int Count => _calls.Count;

    public void Add(CallDefaultRouted call)
    {
        if (_calls.Count >= Max) return;
        var entry = new Entry { CallDefaultRouted = call, RequestId = $"default-routed-{_proposer.Incarnation}-{call.UnixUs}-{_added++}" };
        _calls[entry.RequestId] = (entry, false);
        _isNew = true;
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
        if (!_isNew) return;
        _isNew = false;
        for (int i = 0; i < _calls.Count; i++)
        {
            (string id, (Entry entry, bool isProposed)) = _calls.GetAt(i);
            if (isProposed) continue;
            if (_proposer.TryPropose(entry.Clone(), Priority.InProgress) == Refusal.None) _calls[id] = (entry, true);
            else _isNew = true;
        }
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
