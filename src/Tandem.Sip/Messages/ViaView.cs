using System.Text;

namespace Tandem.Sip;

/// <summary>One Via value. RFC 3261 §20.42, RFC 3581.</summary>
public readonly ref struct ViaView
{
    /// <summary>The magic cookie of RFC 3261 §8.1.1.7.</summary>
    public static ReadOnlySpan<byte> MagicCookie => "z9hG4bK"u8;

    /// <summary>UDP, TCP, … as written.</summary>
    public ReadOnlySpan<byte> Transport { get; private init; }
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>0 when sent-by names none.</summary>
    public int Port { get; private init; }

    /// <summary>Host and port as written.</summary>
    public ReadOnlySpan<byte> SentBy { get; private init; }
    public ReadOnlySpan<byte> Branch { get; private init; }
    public ReadOnlySpan<byte> Received { get; private init; }
    public ReadOnlySpan<byte> MAddr { get; private init; }

    /// <summary>The sender asks for its source port (RFC 3581 §3).</summary>
    public bool HasRPort { get; private init; }

    /// <summary>0 while the parameter has no value.</summary>
    public int RPort { get; private init; }

    /// <summary>This value alone, without its neighbours in a comma list.</summary>
    public ReadOnlySpan<byte> Text { get; private init; }

    /// <summary>The branch is one of RFC 3261: it starts with the cookie and has more than it.</summary>
    public bool IsBranchUnique => Branch.Length > MagicCookie.Length && Ascii.EqualsIgnoreCase(Branch[..MagicCookie.Length], MagicCookie);

    /// <summary>Reads one value and stops at a comma or the end. A fault leaves what was read of protocol and sent-by in <paramref name="via"/>.</summary>
    internal static bool TryRead(scoped ref Scanner scan, out ViaView via)
    {
        via = default;
        int start = scan.Position;
        if (!Ascii.EqualsIgnoreCase(scan.Token(), "SIP"u8) || !scan.TakeSpaced((byte)'/')) return false;
        if (!scan.Token().SequenceEqual("2.0"u8) || !scan.TakeSpaced((byte)'/')) return false;
        ReadOnlySpan<byte> transport = scan.Token();
        int space = scan.Position;
        scan.SkipSpace();
        if (transport.IsEmpty || scan.Position == space) return false;
        int sentBy = scan.Position;
        ReadOnlySpan<byte> host = scan.Host();
        if (host.IsEmpty || !scan.TryPort(out int port)) return false;
        ReadOnlySpan<byte> sentByText = scan.Since(sentBy);

        ReadOnlySpan<byte> branch = default, received = default, maddr = default;
        bool hasRPort = false, good = true;
        int rport = 0;
        bool bad;
        while (scan.TryParameter(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bad))
        {
            if (Ascii.EqualsIgnoreCase(name, "branch"u8)) branch = value;
            else if (Ascii.EqualsIgnoreCase(name, "received"u8)) received = value;
            else if (Ascii.EqualsIgnoreCase(name, "maddr"u8)) maddr = value;
            else if (Ascii.EqualsIgnoreCase(name, "rport"u8))
            {
                hasRPort = true;
                var digits = new Scanner(value);
                if (!value.IsEmpty && (good = digits.TryNumber(65_535, out long number) && digits.AtEnd)) rport = (int)number;
                if (!good) break;
            }
        }
        via = new ViaView
        {
            Transport = transport,
            Host = host,
            Port = port,
            SentBy = sentByText,
            Branch = branch,
            Received = received,
            MAddr = maddr,
            HasRPort = hasRPort,
            RPort = rport,
            Text = scan.Since(start),
        };
        scan.SkipSpace();
        return good && !bad && (scan.AtEnd || scan.Next == ',');
    }
}
