namespace Tandem.Sip;

/// <summary>What a peer may make us hold for one message.</summary>
public static class SipLimits
{
    /// <summary>A UDP datagram cannot carry more, so nothing that fits one transport is refused on another; header offsets fit 16 bits.</summary>
    public const int MessageBytesMax = 65_535;

    /// <summary>Ten times what a carrier call with a long path carries; the header table of one message stays below 1.3 kB.</summary>
    public const int HeadersMax = 128;
}
