using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>Says who routes (<see cref="Segment.Routes"/>), in a sentence.</summary>
public static class RouteWords
{
    public static Text Of(string routes) => routes switch
    {
        "A" => Text.Of("side A"),
        "B" => Text.Of("side B"),
        "network" => Text.Of("the network's default plan"),
        "nobody" => Text.Of("nobody"),
        "old" => Text.Of("the old system"),
        "new" => Text.Of("the new system"),
        _ => new Text("{0}", [routes]),
    };
}
