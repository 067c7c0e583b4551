using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>A command is done once, whatever was asked how often on which side; and what the desktop hears is what came of it.</summary>
sealed class CommandChecks(World world)
{
    readonly Dictionary<string, (long Position, Rejection Outcome)> _done = new(StringComparer.Ordinal);

    public void Applied(Entry entry, EffectList effects)
    {
        foreach (Effect effect in effects)
        {
            if (effect is not CommandDone done) continue;
            if (!_done.TryGetValue(done.RequestId, out (long Position, Rejection Outcome) first))
            {
                _done[done.RequestId] = (world.Checks.Reference.Centre.Position, done.Rejection);
                continue;
            }
            if (first.Outcome != done.Rejection) world.Violate("commands", $"request {done.RequestId} came to {first.Outcome} at {first.Position} and to {done.Rejection} later");
            foreach (Effect other in effects)
                if (other is AddressMoved or CallAdmitted or ConfigurationChanged) world.Violate("commands", $"request {done.RequestId} was done twice");
        }
    }

    public void Answered(string request, Rejection outcome)
    {
        if (!_done.TryGetValue(request, out (long Position, Rejection Outcome) first)) world.Violate("promises", $"the desktop was told {outcome} for request {request}, which is not in the journal");
        else if (first.Outcome != outcome) world.Violate("commands", $"the desktop was told {outcome} for request {request}, which came to {first.Outcome}");
    }
}
