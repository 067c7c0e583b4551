using System.Globalization;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>Networks between which a system is moved.</summary>
static class NetworkRules
{
    static readonly string[] s_purposes = ["production", "migration", "shadow"];

    /// <summary>As many as the platform needs: with two, there is no Shadow.</summary>
    public static IEnumerable<Finding> Enough(CheckInHand check)
    {
        Estate estate = check.Facts.Estate;
        if (!check.Check.With.TryGetValue(estate.Platform, out string? text))
            return [check.NotKnown("", Text.Of("the platform '{0}' is none that the sources know", estate.Platform), Text.Of("Write one of these as the estate's `platform`: {0}", string.Join(", ", check.Check.With.Keys)))];
        string[] missing = [.. s_purposes.Take(int.Parse(text, CultureInfo.InvariantCulture)).Where(p => Of(estate, p).Length == 0)];
        return [missing.Length == 0
            ? check.Pass("", Text.Of("there are {0}", string.Join(", ", estate.Networks.Select(static n => n.Name))))
            : check.Fail("", Text.Of("there is no network for {0}", string.Join(", ", missing)))];
    }

    /// <summary>Machines come over with their addresses, so that every prefix and gateway must be there a second time.</summary>
    public static IEnumerable<Finding> SamePrefix(CheckInHand check)
    {
        EstateNetwork[] first = Of(check.Facts.Estate, check.With("first")), second = Of(check.Facts.Estate, check.With("second"));
        if (first.Length == 0 || second.Length == 0)
        {
            yield return check.Fail("", Text.Of("there is no network for {0}", check.With(first.Length == 0 ? "first" : "second")));
            yield break;
        }
        foreach (EstateNetwork network in first)
        {
            yield return Array.Exists(second, n => n.Prefix == network.Prefix && n.Gateway == network.Gateway)
                ? check.Pass(network.Name, Text.Of("{0} with gateway {1} is there twice", network.Prefix, network.Gateway), network.Line)
                : check.Fail(network.Name, Text.Of("{0} with gateway {1} is on no network for {2}", network.Prefix, network.Gateway, check.With("second")), network.Line);
        }
    }

    /// <summary>A PC that stands in for the gateway would come to Production with the gateway's address.</summary>
    public static IEnumerable<Finding> StandInGateway(CheckInHand check)
    {
        string fact = check.With("fact");
        if (!check.Facts.Estate.Facts.TryGetValue(fact, out string? value)) return [check.NotKnown("", Text.Of("not known: the estate's `facts` say nothing of {0}", fact), Text.Of(check.Check.Remedy))];
        return [value == check.With("value") ? check.Fail("", Text.Of("{0}: {1}", fact, value)) : check.Pass("", Text.Of("{0}: {1}", fact, value))];
    }

    public static IEnumerable<Finding> ShadowDecided(CheckInHand check)
    {
        Estate estate = check.Facts.Estate;
        string policy = check.With("policy");
        if (estate.Platform != check.With("platform")) return [check.Pass("", Text.Of("not asked for on {0}", estate.Platform))];
        if (estate.Policies.TryGetValue(policy, out string? chosen)) return [check.Pass("", Text.Of("the estate chooses {0}: {1}", policy, chosen))];
        return [Of(estate, s_purposes[2]) is { Length: > 0 } shadow
            ? check.Pass("", Text.Of("there is {0}", shadow[0].Name), shadow[0].Line)
            : check.Fail("", Text.Of("the estate has no such network, and chooses nothing for {0}", policy))];
    }

    static EstateNetwork[] Of(Estate estate, string purpose) => [.. estate.Networks.Where(n => n.Purpose == purpose)];
}
