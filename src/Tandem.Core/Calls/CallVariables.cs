using System.Collections;

namespace Tandem.Core.Calls;

/// <summary>A call's variables in the order of their names. Most calls have none, and cost nothing then.</summary>
public sealed class CallVariables : IEnumerable<KeyValuePair<string, string>>
{
    List<KeyValuePair<string, string>>? _byName;

    public int Count => _byName?.Count ?? 0;

    /// <summary>"" for a variable that was never set.</summary>
    public string this[string name]
    {
        get => Find(name, out int at) ? _byName![at].Value : "";
        internal set
        {
            var pair = KeyValuePair.Create(name, value);
            _byName ??= [];
            if (Find(name, out int at)) _byName[at] = pair; else _byName.Insert(at, pair);
        }
    }

    public bool Has(string name) => Find(name, out _);

    bool Find(string name, out int at)
    {
        int from = 0, to = Count;
        while (from < to)
        {
            int middle = (from + to) / 2;
            int order = string.CompareOrdinal(_byName![middle].Key, name);
            if (order == 0)
            {
                at = middle;
                return true;
            }
            if (order < 0) from = middle + 1; else to = middle;
        }
        at = from;
        return false;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => (_byName ?? []).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
