// Each test has a node, and SIPp beside it: two at once fill two cores.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
