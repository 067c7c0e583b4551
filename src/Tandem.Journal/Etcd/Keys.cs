using System.Globalization;
using Google.Protobuf;

namespace Tandem.Journal.Etcd;

/// <summary>Where what lies. All but the marks is below the journal's own prefix.</summary>
sealed class Keys
{
    readonly string _journal;

    public Keys(EtcdOptions options)
    {
        foreach (char c in options.Instance)
            if (c == '/' || char.IsControl(c)) throw new ArgumentException($"'{options.Instance}' is no name for an instance", nameof(options));
        All = options.Prefix + "/";
        Marks = options.Prefix + "/.marks/";
        _journal = string.Create(CultureInfo.InvariantCulture, $"{options.Prefix}/{options.Instance}/{options.Generation}/");
        Batches = _journal + "j/";
        Parts = _journal + "p/";
        Sides = _journal + "sides/";
        OwnMarks = string.Create(CultureInfo.InvariantCulture, $"{Marks}{options.Instance}/{options.Generation}/");
        Founded = ByteString.CopyFromUtf8(_journal + "founded");
        Incarnations = ByteString.CopyFromUtf8(_journal + "incarnations");
    }

    /// <summary>Everything of Tandem's, of all instances.</summary>
    public string All { get; }
    /// <summary>What all instances' sides have in their mirrors: <c>.marks/INSTANCE/GENERATION/SIDE</c>.</summary>
    public string Marks { get; }
    public string OwnMarks { get; }
    public string Batches { get; }
    public string Parts { get; }
    public string Sides { get; }
    public ByteString Founded { get; }
    public ByteString Incarnations { get; }

    // Twenty digits: keys sort as their numbers do.
    public ByteString Batch(ulong incarnation) => ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture, $"{Batches}{incarnation:D20}"));

    public string PartsOf(ulong incarnation, long batch) => string.Create(CultureInfo.InvariantCulture, $"{Parts}{incarnation:D20}/{batch:D20}/");

    /// <summary>The incarnation whose key this is; 0 when it is none.</summary>
    public ulong IncarnationOf(ByteString batchKey) =>
        batchKey.ToStringUtf8() is { } key && key.StartsWith(Batches, StringComparison.Ordinal)
            && ulong.TryParse(key.AsSpan(Batches.Length), NumberStyles.None, CultureInfo.InvariantCulture, out ulong incarnation) ? incarnation : 0;
}
