namespace Tandem.Core.Agents;

/// <summary>Why an offered call did not become a conversation.</summary>
public enum MissCause { NoAnswer, Busy, Rejected, Unreachable }
