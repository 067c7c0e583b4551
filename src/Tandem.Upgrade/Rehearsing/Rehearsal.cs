using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing.Chances;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>Plays a plan against a model of its estate, with a failure at every step, and draws its durations.</summary>
public static class Rehearsal
{
    /// <param name="model">Makes the estate as it is before the first step.</param>
    /// <exception cref="UpgradeException">The plan names a node or a zone that does not exist.</exception>
    public static RehearsalReport Play(Plan plan, Func<IEstateModel> model, RehearsalOptions options)
    {
        var calls = CallProfile.Of(plan);
        IEstateModel estate = model();
        var backOuts = new BackOutPlay(plan, calls, options.CentralUnit, estate.NotRedundant.ToHashSet(StringComparer.Ordinal));
        List<FailureOutcome> failures = [];

        Step[] early = [.. plan.Steps.Where(static s => !s.InService)], service = [.. plan.Steps.Where(static s => s.InService)];
        (Meter preparing, _) = PlayAll(early);
        (Meter serving, Player player) = PlayAll(service);

        var straight = new StraightPlay(player.Segments, serving.Exposure, preparing.Exposure, [.. preparing.Violations, .. serving.Violations], player.Pauses, estate.Works) { RoutesAtEnd = estate.Routes };
        List<Difference> differences = [.. StepChecks.Of(plan), .. Comparison.Of(plan, straight)];
        ChancesReport? chances = options.Runs > 0 ? MonteCarlo.Draw(plan, options) : null;
        return new RehearsalReport
        {
            Estate = plan.Estate,
            Pack = plan.Pack,
            Zone = plan.Zone,
            Straight = straight,
            Differences = differences,
            Failures = failures,
            PointsOfNoReturn = [.. plan.Steps.Where(static s => s.BackOut.PointOfNoReturn).Select(static s => s.Id)],
            Chances = chances,
            Findings = Judgement.Of(plan, straight, differences, failures, chances),
        };

        (Meter, Player) PlayAll(Step[] steps)
        {
            var meter = new Meter(calls, options.CentralUnit);
            var player = new Player(steps, estate, meter);
            player.Play((now, open) =>
            {
                Step step = steps[now.Index];
                // The steps beside it go on to their end, and are what the model has until then.
                IEnumerable<Step> others = open.Where(i => i != now.Index).Select(i => steps[i]);
                failures.Add(backOuts.Play(estate.Copy(), step, now.IsEnd ? FailurePoint.End : FailurePoint.Begin, now, others));
            });
            return (meter, player);
        }
    }
}
