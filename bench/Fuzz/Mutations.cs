using System.Text;

namespace Tandem.Bench.Fuzz;

/// <summary>Makes datagrams of every kind from real messages; the same seed gives the same ones.</summary>
sealed class Mutations(IReadOnlyList<byte[]> corpus, int seed)
{
    /// <summary>Of a message, without a place in the network: what a UDP datagram may hold.</summary>
    const int BytesMax = 60_000;

    static readonly string[] s_methods = ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "UPDATE", "INFO", "PRACK", "SUBSCRIBE", "invite", "X"];
    static readonly string[] s_values = ["", "-1", "0", "4294967295", "4294967296", "99999999999999999999", "\0", "%00", "\"", "<>", ";;;", ",,,", "sip:", "sip:@", "[::1", "a@b@c", "\u00ff\u00fe"];
    static readonly string[] s_statuses = ["100", "180", "183", "200", "302", "401", "404", "408", "481", "486", "487", "491", "500", "503", "600", "99", "999"];

    readonly Random _random = new(seed);
    long _made;

    /// <summary>Kinds by how often they were made.</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    public byte[] Next()
    {
        (string kind, byte[] bytes) = _random.Next(100) switch
        {
            < 8 => ("random bytes", Noise()),
            < 22 => ("bits turned", Bits()),
            < 30 => ("cut off", Cut()),
            < 38 => ("bytes put in", Insert()),
            < 46 => ("spliced of two", Splice()),
            < 56 => ("header lines gone or doubled", Lines()),
            < 66 => ("header value replaced", Value()),
            < 72 => ("method changed", Method()),
            < 80 => ("as a response", Response()),
            < 84 => ("line ends", LineEnds()),
            < 86 => ("very long", Long()),
            < 88 => ("lengths that lie", Length()),
            _ => ("well-formed", Fresh(Pick())),
        };
        Counts[kind] = Counts.GetValueOrDefault(kind) + 1;
        return bytes.Length <= BytesMax ? bytes : bytes[..BytesMax];
    }

    byte[] Pick() => corpus[_random.Next(corpus.Count)];

    byte[] Noise()
    {
        byte[] bytes = new byte[_random.Next(0, 1500)];
        _random.NextBytes(bytes);
        return bytes;
    }

    byte[] Bits()
    {
        byte[] bytes = Fresh(Pick());
        for (int n = _random.Next(1, 20); n > 0; n--) bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
        return bytes;
    }

    byte[] Cut()
    {
        byte[] bytes = Fresh(Pick());
        return bytes[.._random.Next(bytes.Length)];
    }

    byte[] Insert()
    {
        byte[] bytes = Fresh(Pick());
        byte[] more = new byte[_random.Next(1, 40)];
        _random.NextBytes(more);
        int at = _random.Next(bytes.Length);
        return [.. bytes[..at], .. more, .. bytes[at..]];
    }

    byte[] Splice()
    {
        byte[] one = Pick(), other = Pick();
        return [.. one[.._random.Next(one.Length)], .. other[_random.Next(other.Length)..]];
    }

    byte[] Lines() => OfLines(lines =>
    {
        int at = _random.Next(lines.Count);
        if (_random.Next(2) == 0) lines.RemoveAt(at);
        else
            for (int n = _random.Next(1, 80); n > 0; n--) lines.Insert(at, lines[at]);
    });

    byte[] Value() => OfLines(lines =>
    {
        int at = _random.Next(1, lines.Count);
        int colon = lines[at].IndexOf(':');
        if (colon > 0) lines[at] = lines[at][..(colon + 1)] + " " + s_values[_random.Next(s_values.Length)];
    });

    byte[] Method() => OfLines(lines =>
    {
        int blank = lines[0].IndexOf(' ');
        string method = s_methods[_random.Next(s_methods.Length)];
        if (blank > 0) lines[0] = method + lines[0][blank..];
        if (_random.Next(3) == 0) return;
        int cseq = lines.FindIndex(static l => l.StartsWith("CSeq", StringComparison.OrdinalIgnoreCase));
        if (cseq >= 0) lines[cseq] = $"CSeq: {_random.Next()} {method}";
    });

    byte[] Response() => OfLines(lines => lines[0] = $"SIP/2.0 {s_statuses[_random.Next(s_statuses.Length)]} Answer");

    byte[] LineEnds()
    {
        string text = Encoding.Latin1.GetString(Pick());
        return Encoding.Latin1.GetBytes(_random.Next(3) switch
        {
            0 => text.Replace("\r\n", "\n", StringComparison.Ordinal),
            1 => text.Replace("\r\n", "\r", StringComparison.Ordinal),
            _ => "\r\n\r\n\r\n" + text,
        });
    }

    byte[] Long() => OfLines(lines => lines.Insert(_random.Next(1, lines.Count), "X-Long: " + new string('a', _random.Next(1000, 40_000))));

    byte[] Length() => OfLines(lines =>
    {
        lines.RemoveAll(static l => l.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase) || l.StartsWith("l:", StringComparison.Ordinal));
        lines.Insert(_random.Next(1, Math.Max(2, lines.Count - 1)), $"Content-Length: {_random.Next(3) switch { 0 => "0", 1 => _random.Next(100_000).ToString(), _ => "-" + _random.Next() }}");
    });

    byte[] OfLines(Action<List<string>> change)
    {
        List<string> lines = [.. Encoding.Latin1.GetString(Fresh(Pick())).Split("\r\n")];
        change(lines);
        return Encoding.Latin1.GetBytes(string.Join("\r\n", lines));
    }

    /// <summary>With a branch, a Call-ID and a dialed number of its own, so that each is a request of its own and some are calls.</summary>
    byte[] Fresh(byte[] message)
    {
        string text = Encoding.Latin1.GetString(message);
        long n = _made++;
        text = text.Replace("z9hG4bK", $"z9hG4bK{n}x", StringComparison.Ordinal);
        int id = text.IndexOf("\r\nCall-ID: ", StringComparison.OrdinalIgnoreCase);
        if (id >= 0) text = text.Insert(id + "\r\nCall-ID: ".Length, $"{n}-");
        int uri = text.IndexOf(' '), end = uri < 0 ? -1 : text.IndexOf(' ', uri + 1);
        if (end > 0 && _random.Next(4) == 0) text = $"{text[..uri]} sip:1000@127.0.0.1{text[end..]}";
        return Encoding.Latin1.GetBytes(text);
    }
}
