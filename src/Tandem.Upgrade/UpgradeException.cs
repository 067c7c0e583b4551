namespace Tandem.Upgrade;

/// <summary>Ends a command: what is wrong, where, and what to do, for people. Nothing was written.</summary>
public sealed class UpgradeException : Exception
{
    public UpgradeException(string message, Exception? inner = null) : base(message, inner) { }

    public UpgradeException() { }

    public UpgradeException(string message) : base(message) { }
}
