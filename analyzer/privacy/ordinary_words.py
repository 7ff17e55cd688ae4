"""Words too common to be searched for as a name or another identity value: "Will", "May", "Rose", "the", "service"."""

EVERYDAY = frozenset(
    """
    about admin after again all also always and anonymous any anyone app are art ask back bad baker bank basil bay been
    before being bell best better big bill black blue book both bright brown buck but buyer call came can card care
    carol case cash chance charity christian christmas clean client close cold com come company contact cook cool could
    customer dale dawn day days dean dear did does don done drew duke each early earl easter easy else email enough ever
    every excellent fair faith far fast few fine first flora for forest frank free friday friend from full general get
    gift give glen goes gold good got grace grant gray great green guest had half hall happy hard has have heath her
    here hers high hill him his holly home hope house how hunter ice info iris its ivy jack jade jasmine jazz jet job
    joy june just kind king kitty knew know lake lane last late less let life light like lily line little long lord lot
    love low lucky made mail main make man many march mark mason mat max may mead mean melody men mercy merry mild miles
    mill miller misty moment monday money moon moore more most much must name near need never new news nice nick nobody
    none noon north not nothing now nurse office often old olive once one only open order other our out over own page
    park part pat patient pay pearl penny person pet phone pine place play please point poor post price prior prudence
    put quick quite ray read real red reed reply rest rich ring river rob rock rose ruby rusty said sales same sandy
    saturday save saw say see send senior service shop short should show sir sky small snow some son sonny soon south
    spring staff star stark start stay step still stone store such sue sunday sunny support sure take talk taylor team
    tell test than thank thanks that the their them then there these they thing think this those thursday time tip today
    told tom too top town trip true tuesday turn two use unknown used user verified very via victor visit walker want
    ward was water way weaver wed wednesday week well went were west what when where which white who whole why will win
    winter with wood work worth would year yes yet you young your
    aber auch auf aus bei das dem den der des die ein eine einen er es haben ich ihr ist man mein mit nicht noch nur
    oder sehr sie sind und von war was wie wir zum zur aux avec bien ce ces cette dans des du elle est et les leur mais
    mes mon nous par pas pour que qui son sont sur tout très trop une vous con del el ella las los muy para pero por
    que sin son una uno van het een niet dat die zijn voor met aan ook maar heb wel che per non sono della dei gli
    """.split()
)
