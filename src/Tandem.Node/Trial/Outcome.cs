namespace Tandem.Node.Trial;

/// <param name="Failed">Refused, without media in both directions, or ended by something else than its caller.</param>
/// <param name="Abandoned">Given up by the caller before the answer.</param>
/// <param name="Reasons">What happened to those that failed, with their number.</param>
public sealed record Outcome(int Calls, int Answered, int Failed, int Abandoned, double AnswerP50Seconds, double AnswerP95Seconds, double AnswerMaxSeconds, double Seconds,
    Media ToAgents, Media ToCallers, IReadOnlyList<AgentShare> Agents, IReadOnlyDictionary<string, int> Reasons, string? Example);

/// <summary>RTP packets in one direction.</summary>
public sealed record Media(long Sent, long Received);

public sealed record AgentShare(string Agent, string Phone, int Calls);
