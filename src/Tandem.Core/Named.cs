using System.Collections;

namespace Tandem.Core;

/// <summary>Things by name: found at the cost of a hash, gone through in the order of their names, which is sorted when it is asked for.</summary>
sealed class Named<T> : IReadOnlyCollection<T> where T : class
{
    readonly Dictionary<string, T> _byName = new(StringComparer.Ordinal);
    T[]? _inOrder;

    public int Count => _byName.Count;
    public IEnumerable<string> Keys => _byName.Keys;
    public T[] Values => _inOrder ??= [.. _byName.OrderBy(static p => p.Key, StringComparer.Ordinal).Select(static p => p.Value)];

    public T this[string name]
    {
        get => _byName[name];
        set
        {
            _byName[name] = value;
            _inOrder = null;
        }
    }

    public T? Find(string name) => _byName.GetValueOrDefault(name);
    public bool ContainsKey(string name) => _byName.ContainsKey(name);
    public bool TryGetValue(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? thing) => _byName.TryGetValue(name, out thing);

    public void Remove(string name)
    {
        _byName.Remove(name);
        _inOrder = null;
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Values).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
